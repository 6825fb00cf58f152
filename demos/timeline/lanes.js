// SPDX-License-Identifier: MIT
// Draws a run's lanes between view.t0 and view.t1, with a painter of paint.js. What is narrower than a
// pixel is added up: a column shows by its height for which share of that time a lane ran, or waited.
// A run that stands alone is a line of full height, however short it was.

const GUTTER_WIDE = 148, GUTTER_NARROW = 84;
const STRIP = 30, FEW = 500;

const NOTE = 15; // below the spans, where there are notes

function lane_height(run) {
	const lanes = run.lanes.length;
	return (lanes <= 40 ? 26 : lanes <= 120 ? 18 : 12) + note_height(run);
}

function note_height(run) {
	return run.notes && run.lanes.length <= 40 ? NOTE : 0;
}

function panel_height(run) {
	return STRIP + run.lanes.length * lane_height(run) + 4;
}

class Scale {
	constructor(view, left, width) {
		Object.assign(this, { t0: view.t0, t1: view.t1, left, width, per: width / (view.t1 - view.t0) });
	}
	x(t) {
		return this.left + (t - this.t0) * this.per;
	}
	t(x) {
		return this.t0 + (x - this.left) / this.per;
	}
}

// ---- the time axis ----

function ticks(scale) {
	const least = (scale.t1 - scale.t0) * 90 / scale.width;
	const power = 10 ** Math.floor(Math.log10(least));
	const step = Math.max(1, power * ([1, 2, 5, 10].find(m => m * power >= least) || 10));
	const list = [];
	for (let t = Math.ceil(scale.t0 / step) * step; t <= scale.t1; t += step)
		list.push(t);
	return { step, list };
}

// All labels of an axis have one unit and as many digits as tell them apart.
function tick_label(t, step, t1) {
	const unit = t1 < 1e3 ? 1 : t1 < 1e6 ? 1e3 : t1 < 1e9 ? 1e6 : 1e9;
	const digits = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
	return t === 0 ? "0" : (t / unit).toFixed(digits) + " " + { 1: "ns", 1e3: "µs", 1e6: "ms", 1e9: "s" }[unit];
}

function draw_axis(p, scale, y) {
	const { step, list } = ticks(scale);
	for (const t of list) {
		const x = scale.x(t);
		p.path([["M", x, y + 19], ["L", x, y + 25]], { stroke: "muted" });
		const align = x < scale.left + 8 ? "left" : x > scale.left + scale.width - 28 ? "right" : "center";
		p.text(tick_label(t, step, scale.t1), x, y + 10, { align, colour: "muted" });
	}
	p.path([["M", scale.left, y + 25], ["L", scale.left + scale.width, y + 25]], { stroke: "muted" });
}

function draw_grid(p, scale, y, h) {
	for (const t of ticks(scale).list)
		p.path([["M", scale.x(t), y], ["L", scale.x(t), y + h]], { stroke: "rule" });
}

// ---- spans ----

const STACK = ["poll", "other", "turn", "gen", "future", "io", "queue", "lock", "sleep", "ready", "worker", "blocking", "blocked", "preempted", "callback", "cpu", "run"];

class Columns {
	constructor(scale) {
		this.width = Math.ceil(scale.width) + 1;
		this.of = {};
		this.any = false;
	}
	add(kind, from, to) {
		const share = this.of[kind] || (this.of[kind] = new Float32Array(this.width));
		const a = Math.max(0, Math.floor(from)), b = Math.min(this.width - 1, Math.floor(to));
		if (b < a)
			return;
		this.any = true;
		if (a === b) {
			share[a] += Math.max(to - from, 0.02);
		} else {
			share[a] += a + 1 - from;
			share[b] += to - b;
		}
	}
	share(x, share) {
		const run = this.of.run || (this.of.run = new Float32Array(this.width));
		if (x >= 0 && x < this.width) {
			run[x] += share;
			this.any = true;
		}
	}
	alone(share, i) {
		let from = i, to = i;
		while (from > 0 && share[from - 1] > 0 && to - from < 4)
			from--;
		while (to + 1 < this.width && share[to + 1] > 0 && to - from < 4)
			to++;
		return to - from < 3;
	}
	height(kind, share, i, h) {
		return KINDS[kind].height === 1 && this.alone(share, i) ? h : Math.max(1, Math.round(share[i] * h));
	}
	// From the bottom: what ran, then what wanted to, then what waited.
	draw(p, left, y, h) {
		if (!this.any)
			return;
		const base = new Float32Array(this.width);
		for (let k = STACK.length - 1; k >= 0; k--) {
			const share = this.of[STACK[k]];
			if (!share)
				continue;
			const name = KINDS[STACK[k]].dark ? STACK[k] : STACK[k] + "-ink";
			let from = 0, low = 0, high = 0;
			for (let i = 0; i <= this.width; i++) {
				const a = i < this.width ? base[i] : 0;
				const b = i < this.width && share[i] > 0 ?
					Math.min(h, a + this.height(STACK[k], share, i, h)) : a;
				if (i < this.width)
					base[i] = b;
				if (a === low && b === high && i < this.width)
					continue;
				if (high > low)
					p.fill(left + from, y + h - high, i - from, high - low, name);
				from = i;
				low = a;
				high = b;
			}
		}
	}
}

// What a wait is for: of a mutex the trace names the coroutine that holds it.
function wait_for(s) {
	return /^mutex/.test(s.name) ? "held by " + s.args.on : s.args.on;
}

function span_label(s) {
	if (s.kind === "run" || s.kind === "cpu")
		return duration(s.d);
	if (s.kind === "preempted")
		return "preempted";
	if (s.kind === "blocked")
		return "blocked" + (s.args.in ? ": " + s.args.in : "");
	return s.name + (s.args.on ? ": " + wait_for(s) : "");
}

// edge: where lanes begin; a label of what began before stands there.
function draw_span(p, s, x0, x1, y, h, label, edge) {
	const kind = KINDS[s.kind], height = Math.round(kind.height * h), top = y + (h - height) / 2;
	const w = Math.max(1, x1 - x0 - (x1 - x0 > 5 ? 1 : 0));
	p.span(x0, top, w, height, s.kind);
	const from = Math.max(x0, edge), room = x0 + w - from;
	if (label && room > 34 && height >= 9)
		p.text(label, from + 5, top + height / 2 + 0.5, {
			size: Math.min(11, height - 1), width: room - 9,
			colour: kind.dark ? "on-" + s.kind : "ink", halo: kind.dark || kind.pattern === "plain" ? "" : s.kind,
		});
}

function draw_spans(p, scale, lane, y, h, label) {
	const columns = new Columns(scale), { left, t0, t1 } = scale, right = left + scale.width;
	for (let i = lane.first(t0); i < lane.spans.length && lane.spans[i].t < t1; i++) {
		const s = lane.spans[i], x0 = scale.x(s.t), x1 = scale.x(s.t + s.d);
		if (x1 - x0 < 1.5)
			columns.add(s.kind, x0 - left, x1 - left);
		else
			draw_span(p, s, Math.max(x0, left - 8), Math.min(x1, right + 8), y, h, label(s), left);
	}
	columns.draw(p, left, y, h);
}

// ---- arrows ----

function visible(list, scale) {
	// what begins before the range and ends in it is sought a little further up
	const from = Math.max(0, lower(list, scale.t0) - 200), found = [];
	for (let i = from; i < list.length && list[i].t <= scale.t1; i++) {
		if (list[i].end >= scale.t0)
			found.push(list[i]);
		if (found.length > FEW)
			return null;
	}
	return found;
}

function draw_head(p, x, y, up, name) {
	const d = up ? 5 : -5;
	p.path([["M", x, y], ["L", x - 3, y + d], ["L", x + 3, y + d], ["L", x, y]], { fill: name });
}

// middle(lane): its y. Dashed curves lead from the waker to the woken. Solid lines: the baton's way. The last
// coroutine that ran keeps it while none can run, and drives the loop: the line goes along that lane, then over
// to the next.
function draw_arrows(p, scale, run, middle, half) {
	const hands = visible(run.hands, scale), wakes = visible(run.flows, scale);
	for (const a of wakes || []) {
		const x1 = scale.x(a.t), x2 = scale.x(a.end), y1 = middle(a.from), y2 = middle(a.to);
		const up = y2 < y1, bend = (y2 - y1) * 0.5, end = y2 + (up ? half : -half);
		p.path([["M", x1, y1], ["C", x1, y1 + bend, x2, y2 - bend, x2, end]],
			{ stroke: "wake", width: 1, dash: [3, 2], alpha: 0.6 });
		draw_head(p, x2, end, up, "wake");
	}
	for (const a of hands || []) {
		const x1 = scale.x(a.t), x2 = scale.x(a.end), y1 = middle(a.from), y2 = middle(a.to);
		const up = y2 < y1, end = y2 + (up ? half : -half);
		const edge = y1 + (up ? -half : half);
		if (x2 - x1 > 2)
			p.path([["M", x1, edge], ["L", x2, edge]], { stroke: "hand", width: 0.75, alpha: 0.5 });
		p.path([["M", x2, edge], ["L", x2, end]], { stroke: "hand", width: 1.25 });
		draw_head(p, x2, end, up, "hand");
	}
	return !(hands && wakes);
}

// ---- a panel ----

function draw_strip(p, scale, run, y, h) {
	if (run.model !== "preemptive") {
		draw_spans(p, scale, run.baton, y + 3, h - 8, s => s.lane.title);
		return;
	}
	const most = Math.max(1, run.most), step = (h - 8) / most, list = run.steps;
	let from = 0, last = 0; // columns of one height are one
	for (let x = 0, i = Math.max(0, lower(list, scale.t0) - 1); x <= scale.width; x++) {
		const end = scale.t(scale.left + x + 1), begin = scale.t(scale.left + x);
		let sum = 0, at = begin;
		while (at < end && x < scale.width) { // the mean over this pixel
			while (i + 1 < list.length && list[i + 1].t <= at)
				i++;
			const until = i + 1 < list.length ? Math.min(end, list[i + 1].t) : end;
			sum += list[i].n * (until - at);
			at = until;
		}
		const mean = Math.round(sum / (end - begin) * 100) / 100;
		if (mean === last && x < scale.width)
			continue;
		if (last > 0)
			p.fill(scale.left + from, y + h - 5 - last * step, x - from, last * step, last > 1 ? "many" : "run");
		from = x;
		last = mean;
	}
	for (let n = 1; n <= most && most <= 8; n++)
		p.path([["M", scale.left, y + h - 5 - n * step], ["L", scale.left + scale.width, y + h - 5 - n * step]],
			{ stroke: "rule", width: 0.5 });
}

function draw_marks(p, scale, lane, y, h) {
	const from = lower(lane.marks, scale.t0);
	for (let i = from; i < lane.marks.length && lane.marks[i].t <= scale.t1 && i < from + 200; i++) {
		const m = lane.marks[i], x = scale.x(m.t), middle = y + h / 2;
		if (m.name === "spawn")
			p.path([["M", x - 4, y], ["L", x + 4, y], ["L", x, y + 5], ["L", x - 4, y]], { fill: "ink" });
		else if (m.name === "done")
			p.path([["M", x, y - 1], ["L", x, y + h + 1]], { stroke: m.args.error ? "alarm" : "ink", width: 2 });
		else if (m.name === "cancel")
			p.path([["M", x - 4, middle - 4], ["L", x + 4, middle + 4], ["M", x - 4, middle + 4], ["L", x + 4, middle - 4]],
				{ stroke: "alarm", width: 2 });
	}
}

// What the program itself says, below the spans; a text that would reach the next one ends before it.
function draw_notes(p, scale, lane, y, h) {
	const notes = lane.marks.filter(m => m.name === "note"), from = lower(notes, scale.t0);
	for (let i = from; i < notes.length && notes[i].t <= scale.t1 && i < from + 300; i++) {
		const x = scale.x(notes[i].t), next = i + 1 < notes.length ? scale.x(notes[i + 1].t) : Infinity;
		const room = Math.min(next, scale.left + scale.width) - x - 10;
		p.path([["M", x, y - 3], ["L", x, y + h - 3]], { stroke: "look", width: 1.25 });
		p.path([["M", x, y + h - 3], ["L", x + 5, y + h - 6], ["L", x, y + h - 9]], { fill: "look" });
		if (room > 24)
			p.text(String(notes[i].args.text || ""), x + 7, y + h / 2 - 1, { size: 11, width: room });
	}
}

// An arrow to the moment that decides what the lesson is about.
function draw_moment(p, scale, m, y, h) {
	const x0 = Math.max(scale.x(m.t), scale.left), x1 = Math.min(scale.x(m.t + m.d), scale.left + scale.width);
	if (scale.x(m.t + m.d) < scale.left || scale.x(m.t) > scale.left + scale.width)
		return;
	const x = Math.min((x0 + x1) / 2, x0 + 30), below = y < STRIP + 18, tip = below ? y + h : y;
	const d = below ? 1 : -1, right = x < scale.left + scale.width - 80;
	if (x1 - x0 > 3)
		p.path([["M", x0, y], ["L", x1, y], ["L", x1, y + h], ["L", x0, y + h], ["L", x0, y - 1]], { stroke: "look", width: 2 });
	p.path([["M", x, tip + d * 17], ["L", x, tip + d * 3]], { stroke: "look", width: 2.5 });
	p.path([["M", x, tip + d], ["L", x - 5, tip + d * 8], ["L", x + 5, tip + d * 8], ["L", x, tip + d]], { fill: "look" });
	p.text("look here", x + (right ? 8 : -8), tip + d * 12, { align: right ? "left" : "right", size: 12, weight: 650, colour: "look", halo: "card" });
}

function strip_title(run, wide) {
	if (run.model !== "preemptive")
		return wide ? "holds the baton" : "baton";
	if (run.known)
		return wide ? `on a CPU: 0–${run.most}` : "on a CPU";
	return wide ? `not waiting: 0–${run.most}` : "not waiting";
}

// o: width, gutter, height, scroll, arrows, chosen (a lane), marked (a span), moment
function draw_panel(p, view, run, o) {
	const scale = new Scale(view, o.gutter, o.width - o.gutter - 1), h = lane_height(run);
	const below = note_height(run), bare = h - below; // of which spans have
	const top = STRIP, y_of = lane => top + lane.index * h - o.scroll, pad = bare > 20 ? 3 : bare > 14 ? 2 : 1;
	let dense = false;

	const first = Math.max(0, Math.floor(o.scroll / h));
	const last = Math.min(run.lanes.length, Math.ceil((o.scroll + o.height - top) / h));
	p.clip(0, top, o.width, o.height - top);
	for (const lane of run.lanes.slice(first, last)) {
		if (lane.index % 2 === 0)
			p.fill(0, y_of(lane), o.width, h, "zebra");
		if (lane === o.chosen)
			p.fill(0, y_of(lane), o.gutter - 4, h, "chosen");
	}
	p.unclip();
	draw_grid(p, scale, 0, o.height);
	p.clip(0, top, o.width, o.height - top);
	for (const lane of run.lanes.slice(first, last))
		p.text(lane.title, o.gutter - 12, y_of(lane) + h / 2 + 0.5, {
			align: "right", size: Math.min(12, bare - 1), width: o.gutter - 20,
			weight: lane === o.chosen ? 600 : 400, colour: lane.tid === 0 ? "muted" : "ink",
		});
	p.unclip();

	p.clip(scale.left, top, scale.width, o.height - top);
	for (const lane of run.lanes.slice(first, last))
		draw_spans(p, scale, lane, y_of(lane) + pad, bare - 2 * pad, span_label);
	if (o.arrows)
		dense = draw_arrows(p, scale, run, lane => y_of(lane) + bare / 2, (bare - 2 * pad) / 2);
	for (const lane of run.lanes.slice(first, last)) {
		draw_marks(p, scale, lane, y_of(lane) + pad, bare - 2 * pad);
		if (below)
			draw_notes(p, scale, lane, y_of(lane) + bare - pad, below + pad);
	}
	if (o.marked && o.marked.lane) {
		const s = o.marked, x0 = Math.max(scale.x(s.t), scale.left - 4), x1 = Math.min(scale.x(s.t + s.d), o.width + 4);
		const y = y_of(s.lane) + 1.5;
		p.path([["M", x0 - 1, y], ["L", x1 + 1, y], ["L", x1 + 1, y + h - 3], ["L", x0 - 1, y + h - 3], ["L", x0 - 1, y - 0.75]],
			{ stroke: "accent", width: 2 });
	}
	if (o.moment)
		draw_moment(p, scale, o.moment, y_of(o.moment.lane) + pad, bare - 2 * pad);
	p.unclip();

	p.clip(scale.left, 0, scale.width, top);
	draw_strip(p, scale, run, 0, STRIP);
	p.unclip();
	const wide = o.gutter === GUTTER_WIDE;
	p.text(strip_title(run, wide), o.gutter - 12, STRIP / 2, { align: "right", size: 12, weight: 600 });
	p.path([["M", 0, top - 0.5], ["L", o.width, top - 0.5]], { stroke: "rule" });
	p.path([["M", o.gutter - 0.5, 0], ["L", o.gutter - 0.5, o.height]], { stroke: "rule" });
	return dense;
}

// The whole range in little: how busy each run was, and the part that is shown.
function draw_overview(p, runs, whole, view, width, height, gutter) {
	const scale = new Scale(whole, gutter, width - gutter - 1), each = (height - 2) / Math.max(1, runs.length);
	p.fill(scale.left, 0, scale.width, height, "zebra");
	runs.forEach((run, k) => {
		const columns = new Columns(scale), most = Math.max(1, run.most);
		for (let i = 0; i < run.steps.length; i++) {
			const s = run.steps[i], end = i + 1 < run.steps.length ? run.steps[i + 1].t : run.end;
			const a = scale.x(s.t) - scale.left, b = scale.x(end) - scale.left;
			for (let x = Math.floor(a); s.n && x < b; x++)
				columns.share(x, (Math.min(b, x + 1) - Math.max(a, x)) * s.n / most);
		}
		columns.draw(p, scale.left, 2 + k * each, each - 2);
		p.text(short_label(run), gutter - 12, 2 + k * each + each / 2, { align: "right", size: 10, width: gutter - 16, colour: "muted" });
	});
	const x0 = scale.x(view.t0), x1 = Math.max(scale.x(view.t1), x0 + 2);
	p.fill(scale.left, 0, x0 - scale.left, height, "veil");
	p.fill(x1, 0, scale.left + scale.width - x1, height, "veil");
	p.path([["M", x0, 0.5], ["L", x1, 0.5], ["L", x1, height - 0.5], ["L", x0, height - 0.5], ["L", x0, 0]], { stroke: "accent" });
}
