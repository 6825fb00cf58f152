// SPDX-License-Identifier: MIT
// From trace events to lanes of spans. Times are in nanoseconds since the trace's start.

// Kinds of spans, in the order of the legend. height: its share of a lane, so that colour is not the
// only carrier; pattern: see paint.js.
const KINDS = {
	run: { label: "runs", height: 1, pattern: "plain", dark: true },
	cpu: { label: "on a CPU", height: 1, pattern: "plain", dark: true },
	preempted: { label: "preempted: could go on, has no CPU", short: "preempted", height: 0.8, pattern: "diagonal" },
	blocked: { label: "blocked in the kernel", short: "blocked", height: 0.7, pattern: "cross" },
	callback: { label: "callback", height: 1, pattern: "edge", dark: true },
	blocking: { label: "blocking section", short: "blocking", height: 1, pattern: "vertical" },
	worker: { label: "worker thread", short: "worker", height: 1, pattern: "back" },
	ready: { label: "ready, waits for its turn", short: "ready", height: 0.7, pattern: "diagonal" },
	sleep: { label: "waits for time", short: "wait: time", height: 0.5, pattern: "dots" },
	lock: { label: "waits for a lock", short: "wait: lock", height: 0.5, pattern: "cross" },
	queue: { label: "waits for a queue", short: "wait: queue", height: 0.5, pattern: "vertical" },
	io: { label: "waits for bytes", short: "wait: bytes", height: 0.5, pattern: "horizontal" },
	future: { label: "waits for a task", short: "wait: task", height: 0.5, pattern: "plain" },
	gen: { label: "waits for the next value", short: "wait: value", height: 0.5, pattern: "back" },
	turn: { label: "yields", height: 0.5, pattern: "diagonal" },
	other: { label: "waits for something else", short: "wait: other", height: 0.5, pattern: "plain" },
	poll: { label: "the loop polls", short: "polls", height: 0.3, pattern: "plain" },
};
const KIND_NAMES = Object.keys(KINDS);
const WAITS = [
	[/^(sleep|after|timer)/, "sleep"],
	[/^yield/, "turn"],
	[/mutex|semaphore|condition|barrier|event|lock/, "lock"],
	[/queue|channel|^put|^get|^pop|select/, "queue"],
	[/iter|gen|next/, "gen"],
	[/stream|fd|dial|accept|listen|serve|lookup|resolve|signal|pipe|read|write|chunk|line/, "io"],
	[/await|take|future|task|group|wait|result|shield|^go|join/, "future"],
];

const KERNEL = { "on CPU": "cpu", preempted: "preempted", blocked: "blocked" };

function kind_of(cat, name) {
	if (cat === "kernel")
		return KERNEL[name] || "other";
	if (cat !== "wait")
		return KINDS[cat] ? cat : "other";
	for (const [pattern, kind] of WAITS) {
		if (pattern.test(name))
			return kind;
	}
	return "other";
}

// A program that was killed leaves a trace without its end.
function parse(text) {
	try {
		return JSON.parse(text);
	} catch (e) {
		for (let end = text.lastIndexOf("}"), tries = 0; end > 0 && tries < 50; tries++) {
			for (const close of ["]}", "}", ""]) {
				try {
					return Object.assign(JSON.parse(text.slice(0, end + 1) + close), { cut: true });
				} catch (again) { /* further up */ }
			}
			end = text.lastIndexOf("}", end - 1);
		}
		return { traceEvents: [], cut: true };
	}
}

const ns = us => Math.round(us * 1000);

// spans in order of time; reach[i]: the latest end up to i. first(): the first span that ends after t.
class Lane {
	constructor(tid) {
		this.tid = tid;
		this.name = tid === 0 ? "loop" : "lane " + tid;
		this.sort = tid;
		this.spans = [];
		this.marks = [];
	}
	// The library says what a thread waits for, the kernel whether it has a CPU meanwhile. A lane shows the
	// library's waits, and between them what the kernel says, where it was asked.
	settle(ask) {
		this.cpu = this.spans.filter(s => s.kind === "cpu");
		const kernel = this.spans.filter(s => s.cat === "kernel");
		if (kernel.length)
			this.spans = this.spans.filter(s => s.cat !== "kernel");
		if (kernel.length && ask) {
			const runs = this.spans.filter(s => s.kind === "run").sort((a, b) => a.t - b.t);
			this.spans = this.spans.filter(s => s.kind !== "run").concat(cut_to(kernel.sort((a, b) => a.t - b.t), runs));
		}
		const by_time = (a, b) => a.t - b.t || b.d - a.d;
		this.spans.sort(by_time);
		this.marks.sort(by_time);
		this.reach = new Float64Array(this.spans.length);
		let reach = 0;
		this.spans.forEach((s, i) => { this.reach[i] = reach = Math.max(reach, s.t + s.d); });
	}
	first(t) {
		let low = 0, high = this.spans.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.reach[middle] > t)
				high = middle;
			else
				low = middle + 1;
		}
		return low;
	}
	// The shortest span at t, give or take slack.
	at(t, slack) {
		let found = null;
		for (let i = this.first(t - slack); i < this.spans.length && this.spans[i].t <= t + slack; i++) {
			const s = this.spans[i];
			if (s.t + s.d < t - slack)
				continue;
			if (!found || distance(s, t) < distance(found, t) ||
			    (distance(s, t) === distance(found, t) && s.d < found.d))
				found = s;
		}
		return found;
	}
}

// The parts of spans that lie in others; both in order.
function cut_to(spans, others) {
	const parts = [];
	let first = 0;
	for (const o of others) {
		while (first < spans.length && spans[first].t + spans[first].d <= o.t)
			first++;
		for (let i = first; i < spans.length && spans[i].t < o.t + o.d; i++) {
			const t = Math.max(spans[i].t, o.t), end = Math.min(spans[i].t + spans[i].d, o.t + o.d);
			if (end > t)
				parts.push(Object.assign({}, spans[i], { t, d: end - t }));
		}
	}
	return parts;
}

function distance(span, t) {
	return Math.max(0, span.t - t, t - span.t - span.d);
}

// Where in a sorted list of things with t the first is that is not before t.
function lower(list, t) {
	let low = 0, high = list.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (list[middle].t < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

// How many run at once: [t, n] from t on, until the next. No more than limit, whatever the clocks say.
function count_at_once(runs, limit = Infinity) {
	const starts = Float64Array.from(runs, s => s.t).sort();
	const ends = Float64Array.from(runs, s => s.t + s.d).sort();
	const steps = [{ t: 0, n: 0 }];
	let most = 0;
	for (let i = 0, j = 0; j < ends.length;) {
		const t = i < starts.length ? Math.min(starts[i], ends[j]) : ends[j];
		while (j < ends.length && ends[j] <= t)
			j++;
		while (i < starts.length && starts[i] <= t)
			i++;
		// what ends where it starts was there for no time
		steps.push({ t, n: Math.min(limit, Math.max(0, i - j)) });
		most = Math.max(most, steps[steps.length - 1].n);
	}
	return { steps, most };
}

// tid is the kernel's id of a thread, which serves one coroutine after another; lane is the coroutine. Traces that
// have no lanes are drawn by thread. Before its first step a coroutine has no thread, and its wait is a pair, "b"
// and "e"; "b" knows how long. The kernel's view has a process of its own, whose name is of no use here.
function to_lane(e) {
	const kernel = e.pid >= 1 << 22 && e.ph === "M";
	return Object.assign({}, e, {
		tid: e.lane ?? e.tid,
		ph: e.ph === "b" ? "X" : e.ph,
		name: kernel ? "" : e.name === "lane_name" ? "thread_name" : e.name,
	});
}

function add_event(run, e, flows) {
	const args = e.args || {};
	if (e.ph === "M" && e.name === "process_name") {
		run.process = String(args.name);
		return;
	}
	if (e.ph === "M" && e.name === "kernel_source") {
		run.source = String(args.source);
		return;
	}
	const lane = run.lane(e.tid);
	if (e.ph === "X") {
		const span = { t: ns(e.ts), d: ns(e.dur || 0), cat: e.cat, name: e.name, lane, args };
		span.kind = kind_of(e.cat, e.name);
		lane.spans.push(span);
		if (e.cat !== "kernel") // which still tells of the threads when the run is over
			run.end = Math.max(run.end, span.t + span.d);
	} else if (e.ph === "M") {
		if (e.name === "thread_name")
			lane.name = String(args.name);
		else if (e.name === "thread_sort_index")
			lane.sort = +args.sort_index;
	} else if (e.ph === "i") {
		lane.marks.push({ t: ns(e.ts), d: 0, cat: e.cat, name: e.name, lane, args });
		run.end = Math.max(run.end, ns(e.ts));
	} else if (e.ph === "s" || e.ph === "f") {
		const flow = flows.get(e.id) || {};
		flow[e.ph] = { t: ns(e.ts), lane };
		flows.set(e.id, flow);
	}
}

// Lanes of one name are numbered.
function give_titles(lanes) {
	const of = new Map();
	for (const lane of lanes)
		of.has(lane.name) ? of.get(lane.name).push(lane) : of.set(lane.name, [lane]);
	for (const [name, same] of of)
		same.forEach((lane, i) => { lane.title = same.length > 1 ? `${name} ${i + 1}` : name; });
}

function build(label, text) {
	const trace = parse(text), other = trace.otherData || {}, lanes = new Map(), flows = new Map();
	const run = {
		label, end: 0, cut: !!trace.cut, process: "", source: "none",
		model: other.model || (/preemptive/.test(label) ? "preemptive" : "cooperative"), clock: other.clock || "", program: other.program || "",
		library: other.library || "",
		lane(tid) {
			if (!lanes.has(tid))
				lanes.set(tid, new Lane(tid));
			return lanes.get(tid);
		},
	};
	for (const e of trace.traceEvents || [])
		add_event(run, to_lane(e), flows);
	run.lanes = [...lanes.values()].sort((a, b) => a.sort - b.sort || a.tid - b.tid);
	run.lanes.forEach((lane, i) => { lane.settle(run.model === "preemptive"); lane.index = i; });
	give_titles(run.lanes);
	run.notes = run.lanes.some(l => l.marks.some(m => m.name === "note"));
	run.spans = run.lanes.reduce((n, lane) => n + lane.spans.length, 0);
	run.flows = [...flows.values()].filter(f => f.s && f.f)
		.map(f => ({ t: f.s.t, from: f.s.lane, to: f.f.lane, end: f.f.t })).sort((a, b) => a.t - b.t);

	// the runs of all lanes: the baton's holders, in order
	const held = run.lanes.flatMap(l => l.spans.filter(s => s.kind === "run" || s.kind === "callback"));
	held.sort((a, b) => a.t - b.t);
	const on_cpu = run.model === "preemptive" ? run.lanes.flatMap(l => l.cpu) : [];
	const cpus = new Set(on_cpu.map(s => s.args.cpu)).size;
	run.known = on_cpu.length > 0;
	Object.assign(run, run.known ? count_at_once(on_cpu, cpus) : count_at_once(held));
	run.baton = Object.assign(new Lane(-1), { name: "baton", title: "baton", spans: held });
	run.baton.settle();
	run.hands = [];
	if (run.model !== "preemptive") {
		for (let i = 1; i < held.length; i++) {
			const a = held[i - 1], b = held[i];
			if (a.lane !== b.lane && a.t + a.d <= b.t)
				run.hands.push({ t: a.t + a.d, end: b.t, from: a.lane, to: b.lane });
		}
	}
	return run;
}

// "1.25 ms": three digits, or as many as asked for.
function duration(t, digits) {
	const a = Math.abs(t);
	const [unit, name] = a < 1e3 ? [1, "ns"] : a < 1e6 ? [1e3, "µs"] : a < 1e9 ? [1e6, "ms"] : [1e9, "s"];
	const v = t / unit;
	const shown = digits !== undefined ? v.toFixed(digits) :
		unit === 1 ? String(Math.round(v)) :
		v.toFixed(Math.abs(v) >= 100 ? 0 : Math.abs(v) >= 10 ? 1 : 2);
	return (t === 0 ? "0" : shown) + " " + name;
}
