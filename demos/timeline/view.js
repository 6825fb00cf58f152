// SPDX-License-Identifier: MIT
// What is shown: the group of runs, the range of time, the chosen lane and span; and when it is drawn.

// Parts of this picture; several can stand in a page, so their ids have a prefix.
const parts = new Map([...root.querySelectorAll("[data-part]")].map(e => [e.dataset.part, e]));
const $ = name => parts.get(name);
const SHORTEST = 50; // ns: closer one cannot zoom

// "race: preemptive" and "race: cooperative" belong together; each such group has a time axis of its own.
const group_of = run => run.label.includes(": ") ? run.label.slice(0, run.label.indexOf(": ")) : "";
const read_runs = [...root.querySelectorAll("script.trace")].map(s => build(s.dataset.label, s.textContent));
const groups = [...new Set(read_runs.map(group_of))];
// Within a group cooperative runs come first, as in tables.
const runs = groups.flatMap(g => read_runs.filter(r => group_of(r) === g)
	.sort((a, b) => (a.model === "preemptive") - (b.model === "preemptive")));
let shown = [], moment = null;
const whole = { t0: 0, t1: 1000 };
// told: the tip is of what the keyboard chose
const view = { t0: 0, t1: 1000, run: null, lane: null, span: null, told: false };
const panels = [];
let due = false, drawn = 0;

function show(t0, t1) {
	const length = Math.min(whole.t1 - whole.t0, Math.max(SHORTEST, t1 - t0));
	view.t0 = Math.min(Math.max(whole.t0, t0), whole.t1 - length);
	view.t1 = view.t0 + length;
	redraw();
}

function show_group(name) {
	shown = runs.filter(r => group_of(r) === name);
	for (const p of panels)
		p.section.hidden = !shown.includes(p.run);
	whole.t1 = range_of(shown).t1;
	choose(null, null, null);
	moment = moment_of(shown);
	show_moment();
	add_legend();
	show(whole.t0, whole.t1);
}

function range_of(some) {
	return { t0: 0, t1: Math.max(1000, ...some.map(r => r.end)) * 1.01 };
}

// The middle stays where it is; what is chosen becomes the middle.
function middle() {
	return view.span ? Math.min(view.t1, Math.max(view.t0, view.span.t + view.span.d / 2)) : (view.t0 + view.t1) / 2;
}

function zoom(factor, at = middle()) {
	const length = Math.min(whole.t1 - whole.t0, Math.max(SHORTEST, (view.t1 - view.t0) * factor));
	const share = (at - view.t0) / (view.t1 - view.t0);
	show(at - share * length, at - share * length + length);
}

function move(share) {
	const by = (view.t1 - view.t0) * share;
	show(view.t0 + by, view.t1 + by);
}

function choose(run, lane, span) {
	Object.assign(view, { run, lane, span });
	if (lane)
		scroll_to(panels.find(p => p.run === run), lane);
	redraw();
}

// A span with some of what is around it.
function zoom_to(s) {
	const around = Math.max(s.d * 0.15, SHORTEST / 2);
	show(s.t - around, s.t + s.d + around);
}

function scroll_to(panel, lane) {
	const h = lane_height(panel.run), y = lane.index * h;
	const room = panel.height - STRIP;
	if (y < panel.body.scrollTop)
		panel.body.scrollTop = y;
	else if (y + h > panel.body.scrollTop + room)
		panel.body.scrollTop = y + h - room;
}

function gutter() {
	return $("view").clientWidth < 560 ? GUTTER_NARROW : GUTTER_WIDE;
}

function short_label(run) {
	return group_of(run) ? run.label.slice(group_of(run).length + 2) : run.label;
}

function add_panel(run) {
	const section = document.createElement("section");
	section.className = "panel";
	const head = document.createElement(root.querySelector("h2") ? "h3" : "h4");
	head.append(Object.assign(document.createElement("strong"), { textContent: short_label(run) }));
	const said = document.createElement("span");
	facts(run).split(" · ").forEach((f, i) => said.append(i ? " · " : "", Object.assign(document.createElement("span"), { className: "fact", textContent: f })));
	head.append(said);
	head.append(Object.assign(document.createElement("em"), { className: "dense" }));
	const body = document.createElement("div");
	body.className = "body";
	const spacer = document.createElement("div"), canvas = document.createElement("canvas");
	canvas.setAttribute("role", "img");
	canvas.setAttribute("aria-label", `Lanes of the ${run.label} run: ${facts(run)}. The tables below say the same as text.`);
	spacer.append(canvas);
	body.append(spacer);
	section.append(head, body);
	$("panels").append(section);
	body.addEventListener("scroll", redraw, { passive: true });
	panels.push({ run, section, body, spacer, canvas, dense: head.querySelector(".dense"), height: 0 });
}

function layout() {
	const room = Math.max(220, Math.round(window.innerHeight * 0.7));
	for (const p of panels) {
		const all = panel_height(p.run);
		p.height = Math.min(all, room);
		p.body.style.height = p.height + "px";
		p.spacer.style.height = all + "px";
	}
	redraw();
}

function draw() {
	due = false;
	const begin = performance.now(), width = $("view").clientWidth, g = gutter();
	if (width < g + 40)
		return; // no room, no picture
	draw_overview(new CanvasPainter($("overview"), width, 36), shown, whole, view, width, 36, g);
	draw_axis(new CanvasPainter($("axis"), width, 27), new Scale(view, g, width - g - 1), 0);
	for (const p of panels.filter(q => shown.includes(q.run))) {
		const dense = draw_panel(new CanvasPainter(p.canvas, width, p.height), view, p.run, {
			width, gutter: g, height: p.height, scroll: p.body.scrollTop, arrows: $("arrows").checked,
			chosen: view.run === p.run ? view.lane : null, marked: view.run === p.run ? view.span : null,
			moment: moment && moment.run === p.run ? moment : null,
		});
		p.dense.textContent = dense ? "too many arrows: zoom in to see them" : "";
	}
	fill_spans();
	if (view.told)
		tell_chosen();
	drawn = performance.now() - begin;
}

function redraw() {
	if (!due) {
		due = true;
		requestAnimationFrame(draw);
	}
}

// Paper: of each group the whole range, in SVG, all lanes; two runs on a page.
function draw_for_print() {
	const width = 1000, g = GUTTER_WIDE, out = $("print");
	out.textContent = "";
	for (const group of groups) {
		const some = runs.filter(r => group_of(r) === group), all = range_of(some), look = moment_of(some);
		const pair = node("div", "", { className: "pair" });
		for (const run of some) {
			const p = new SvgPainter(true), height = panel_height(run), axis = new SvgPainter(true);
			draw_axis(axis, new Scale(all, g, width - g - 1), 0);
			draw_panel(p, all, run, {
				width, gutter: g, height, scroll: 0, arrows: $("arrows").checked && run.flows.length + run.hands.length < 200, chosen: null, marked: null,
				moment: look && look.run === run ? look : null,
			});
			const figure = document.createElement("figure");
			figure.innerHTML = axis.svg(width, 27, "Time") + p.svg(width, height, run.label);
			figure.prepend(node("figcaption", run.label + ": " + facts(run)));
			pair.append(figure);
		}
		if (look)
			pair.append(node("p", look.text));
		out.append(pair);
	}
}
