/* SPDX-License-Identifier: MIT
 * The games of the page: the tree of a board's runs, and where the player is in it. */
const page = JSON.parse(document.getElementById("data").textContent);
const OPS = { START: 0, RESUME: 1, CALLBACK: 2, CALL: 3, READ: 4, WRITE: 5, RETURN: 6, OTHER: 7 };
const READY = 0, THREAD = 1, ENDING_FINE = 1, ENDING_DEADLOCK = 3;

const place = i => i < 0 ? null : { file: page.places[i][0], line: page.places[i][1], function: page.texts[page.places[i][2]] };
const actor = i => {
	const [id, name, op, call, at] = page.actors[i];
	return { id, name: page.texts[name], op, call: page.texts[call], place: place(at) };
};
const values_of = flat => {
	const all = [];
	for (let i = 0; i < flat.length; i += 3)
		all.push({ name: page.texts[flat[i]], value: page.texts[flat[i + 1]], by: page.texts[flat[i + 2]] });
	return all;
};
/* A node as an object. An end has no `next`. */
const node_of = a => a[0] < 0
	? { ending: a[1], failure: page.texts[a[2]], outcome: page.texts[a[3]], values: a[4], left: a[5] }
	: { kind: a[0], stays: a[1], passed: a[2], actors: a[3], waiting: a[4], values: a[5], next: a[6] };

const plural = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many || one + "s"}`;
/* An end in a few words. */
const outcome_of = end => end.outcome || (end.failure ? end.failure.split("\n")[0] : "the run ended");
const failed = end => end.ending > ENDING_FINE;

class Board {
	constructor(json) {
		Object.assign(this, json);
		this.nodes = json.nodes.map(node_of);
		this.count_runs();
		this.find_outcomes();
		this.find_lanes();
		this.path = [];	 // choices made
		this.ahead = []; // choices undone, the last one first
		this.tried = new Set(); // numbers of runs
		this.seen = new Set();	// outcomes
		this.won = new Set();	// numbers of goals
		this.news = [];		// the goals that were reached just now
		this.goals = json.goals.length ? json.goals.map(([kind, text]) => ({ kind, text })) : this.usual_goals();
		for (const g of this.goals)
			g.text = g.text || this.words_of(g.kind);
	}

	/* Children come before their parents in `nodes`. */
	count_runs() {
		this.runs = [];
		this.least = []; // forced switches to a failure
		for (const [i, n] of this.nodes.entries()) {
			if (!n.next) {
				this.runs[i] = 1;
				this.least[i] = failed(n) ? 0 : Infinity;
				continue;
			}
			const known = n.next.map((c, k) => [c, k]).filter(([c]) => c >= 0);
			this.runs[i] = known.reduce((sum, [c]) => sum + this.runs[c], 0);
			this.least[i] = Math.min(...known.map(([c, k]) => this.least[c] + (n.stays && k ? 1 : 0)), Infinity);
		}
		this.total = this.runs[this.root];
	}

	find_outcomes() {
		this.outcomes = new Map(); // the text: whether it is a failure
		for (const n of this.nodes)
			if (!n.next)
				this.outcomes.set(outcome_of(n), this.outcomes.get(outcome_of(n)) || failed(n));
	}

	/* One lane for all coroutines of a name, if there are never two of them at once. */
	find_lanes() {
		const twice = new Set();
		for (const n of this.nodes) {
			const names = new Set();
			for (const i of (n.next && n.kind <= THREAD ? n.actors.concat(n.waiting) : [])) {
				const name = actor(i).name;
				if (names.has(name))
					twice.add(name);
				names.add(name);
			}
		}
		this.lane_of = a => !a.name ? `#${a.id}` : twice.has(a.name) ? `${a.name} #${a.id}` : a.name;
		const first = new Map();
		for (const n of this.nodes)
			for (const i of (n.next && n.kind <= THREAD ? n.actors.concat(n.waiting) : n.left || [])) {
				const a = actor(i), lane = this.lane_of(a);
				first.set(lane, Math.min(first.get(lane) || Infinity, a.id));
			}
		this.lanes = [...first.keys()].sort((a, b) => first.get(a) - first.get(b));
	}

	usual_goals() {
		const goals = [], fails = this.least[this.root];
		if (fails === Infinity)
			goals.push({ kind: this.total <= 400 ? "all" : "right" });
		else
			goals.push({ kind: "right" }, { kind: fails ? `fail:${fails}` : "fail" });
		if (this.outcomes.size > 1 && this.outcomes.size <= 60)
			goals.push({ kind: "outcomes" });
		return goals;
	}

	words_of(kind) {
		const [what, more] = kind.split(/:(.*)/s);
		return what === "fail" && more ? `Make it fail, with at most ${plural(+more, "forced switch", "forced switches")}.`
			: what === "fail" ? "Make it fail."
			: what === "right" ? "Bring it to an end that is right."
			: what === "all" ? `Prove to yourself that no order fails: try ${this.total === 1 ? "the only one" : `all ${this.total}`}.`
			: what === "outcomes" ? `See all ${this.outcomes.size} outcomes.`
			: `Reach the outcome “${more}”.`;
	}

	has_met(kind, end) {
		const [what, more] = kind.split(/:(.*)/s);
		return what === "fail" ? failed(end) && (!more || this.switches() <= +more)
			: what === "right" ? !failed(end)
			: what === "all" ? this.tried.size === this.total
			: what === "outcomes" ? this.seen.size === this.outcomes.size
			: outcome_of(end) === more;
	}

	/* --- where the player is ----------------------------------------------------------------- */

	/* The nodes from the root to where the path leads. */
	way(path = this.path) {
		const way = [this.nodes[this.root]];
		for (const choice of path)
			way.push(this.nodes[way[way.length - 1].next[choice]]);
		return way;
	}

	node() {
		return this.way().pop();
	}

	/* Forced switches in the first n choices. */
	switches(n = this.path.length) {
		const way = this.way();
		return this.path.slice(0, n).filter((c, i) => c && way[i].stays).length;
	}

	choose(choice) {
		const again = this.ahead.pop();
		if (again !== choice)
			this.ahead = [];
		this.path.push(choice);
		this.arrive();
	}

	undo() {
		this.news = [];
		this.ahead.push(this.path.pop());
	}

	/* To the nth choice of the path, or on to one that was undone. */
	go_to(n) {
		while (this.path.length > n)
			this.undo();
		while (this.path.length < n && this.ahead.length)
			this.path.push(this.ahead.pop());
		this.arrive();
	}

	restart(path = []) {
		this.path = path;
		this.ahead = [];
		this.arrive();
	}

	/* At an end: the run is ticked off. */
	arrive() {
		const end = this.node();
		this.news = [];
		if (end.next)
			return;
		this.tried.add(this.number());
		this.seen.add(outcome_of(end));
		this.goals.forEach((g, i) => {
			if (this.won.has(i) || !this.has_met(g.kind, end))
				return;
			this.won.add(i);
			this.news.push(g.text);
		});
	}

	/* --- runs by number, in the order of their choices --------------------------------------- */

	number(path = this.path) {
		const way = this.way(path);
		let n = 0;
		path.forEach((choice, i) => way[i].next.slice(0, choice).forEach(c => { n += c < 0 ? 0 : this.runs[c]; }));
		return n;
	}

	/* The runs from here on that were not tried. */
	untried() {
		const from = this.number(), way = this.way(), here = way.pop();
		const count = this.runs[this.nodes.indexOf(here)];
		let n = 0;
		for (const t of this.tried)
			n += t >= from && t < from + count;
		return count - n;
	}

	path_of(number) {
		const path = [];
		let node = this.nodes[this.root];
		while (node.next) {
			let choice = 0;
			for (;; choice++) {
				const c = node.next[choice];
				if (c >= 0 && number < this.runs[c])
					break;
				number -= c < 0 ? 0 : this.runs[c];
			}
			path.push(choice);
			node = this.nodes[node.next[choice]];
		}
		return path;
	}

	next_untried() {
		let n = 0;
		while (this.tried.has(n))
			n++;
		return n < this.total ? this.path_of(n) : null;
	}

	/* On from here to an end; pick(node) says how. */
	finish(path, pick) {
		let node = this.way(path).pop();
		while (node.next) {
			const known = node.next.map((c, i) => [c, i]).filter(([c]) => c >= 0);
			const [c, i] = pick(known);
			path.push(i);
			node = this.nodes[c];
		}
		return path;
	}

	/* --- the schedule as a text, as lib/schedule/replay.c writes it --------------------------- */

	text(trailing) {
		const way = this.way();
		let n = this.path.length, text = "";
		while (!trailing && n && !this.path[n - 1])
			n--;
		for (let i = 0; i < n;) {
			let zeros = 0;
			while (i + zeros < n && !this.path[i + zeros] && !(zeros && way[i + zeros].passed))
				zeros++;
			text += (i ? "." : "") + (way[i].passed ? `+${way[i].passed}.` : "") + (zeros > 1 ? `0x${zeros}` : this.path[i]);
			i += zeros || 1;
		}
		return text;
	}

	/* The path that a text means, as far as it was recorded. */
	read(text) {
		const path = [];
		let node = this.nodes[this.root];
		const step = choice => {
			const c = node.next ? node.next[choice] : undefined;
			if (c === undefined || c < 0)
				return false;
			path.push(choice);
			node = this.nodes[c];
			return true;
		};
		for (const item of text.split(".").filter(t => t && t[0] !== "+")) {
			const zeros = item.startsWith("0x") ? +item.slice(2) : 1, choice = item.startsWith("0x") ? 0 : +item;
			for (let i = 0; i < zeros; i++)
				if (!step(choice))
					return path;
		}
		return path;
	}

	replay_line() {
		const model = this.model ? `CIGO_MODEL=${this.model} ` : "";
		return `${model}CIGO_SCHEDULE=replay:${this.text(false)} gdb --args ${this.command}`;
	}

	/* --- what there is to see ---------------------------------------------------------------- */

	/* Whether a lane has a step in what follows if the first in line always goes on. */
	comes_again(node, lane) {
		for (let i = 0; node.next && i < 1000; i++) {
			if (node.kind <= THREAD && node.actors.concat(node.waiting).some(a => this.lane_of(actor(a)) === lane))
				return true;
			const c = node.next.find(n => n >= 0);
			if (c === undefined)
				return false;
			node = this.nodes[c];
		}
		return (node.left || []).some(a => this.lane_of(actor(a)) === lane);
	}

	/* Of each lane: its state and next step; can: the choice that it is, or -1. */
	state() {
		const lanes = new Map(this.lanes.map(lane => [lane, { lane, state: "new", can: -1, values: [], step: null }]));
		const way = this.way(), here = way[way.length - 1];
		const note = (i, state, can) => {
			const step = actor(i), l = lanes.get(this.lane_of(step));
			if (!step.place && l.step && l.step.place) // its next step has no line: it returns
				Object.assign(step, { place: l.step.place, behind: true });
			Object.assign(l, { state, can, step });
		};
		for (const node of way) {
			if (node.kind > THREAD)
				continue;
			for (const l of lanes.values()) {
				l.state = l.state === "new" ? "new" : "gone";
				l.can = -1;
			}
			for (const i of node.waiting || node.left)
				note(i, node.left ? "stuck" : "waits", -1);
			(node.actors || []).forEach((a, i) => note(a, "can", i));
		}
		for (const l of lanes.values())
			if (l.state === "gone")
				l.state = here.next && this.comes_again(here, l.lane) ? "waits" : "ended";
		return lanes;
	}

	/* The values as they are now: those of a lane, named LANE.NAME, and those of all. */
	values() {
		const way = this.way(), all = new Map();
		const take = (node, changed) => values_of(node.values).forEach(v => {
			const before = all.get(v.name);
			all.set(v.name, { ...v, changed: changed && !(before && before.value === v.value && !before.changed) });
		});
		way.forEach((node, i) => take(node, i && i === way.length - 1));
		for (const v of all.values())
			v.lane = this.lanes.find(l => v.name.startsWith(l + "."));
		return [...all.values()];
	}

	/* Why this alternative leads nowhere. */
	why_not(choice) {
		const node = this.node();
		if (node.stays && choice && this.preemptions >= 0 && this.switches() >= this.preemptions)
			return `not recorded: it would be forced switch ${this.switches() + 1}`;
		return "not recorded";
	}
}

const boards = page.boards.map(json => new Board(json));
