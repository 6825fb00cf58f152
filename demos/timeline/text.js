// SPDX-License-Identifier: MIT
// The words around the picture: facts, legend, tables, colours. Then everything is started.

const MOST_ROWS = 200;

function node(name, text, more) {
	return Object.assign(document.createElement(name), { textContent: text }, more);
}

function plural(n, one, many) {
	return n.toLocaleString("en") + " " + (n === 1 ? one : many);
}

function facts(run) {
	const list = [duration(run.end), plural(run.lanes.filter(l => l.tid > 0).length, "coroutine", "coroutines")];
	if (run.model === "preemptive")
		list.push(run.known ? "at most " + plural(run.most, "thread is", "threads are") + " on a CPU at once" :
			"at most " + plural(run.most, "thread does", "threads do") + " not wait at once");
	else
		list.push("one thread runs at a time", plural(run.hands.length, "handoff", "handoffs"));
	if (run.known)
		list.push(run.source === "sampled" ? "who has a CPU: sampled" : "who has a CPU: recorded by the kernel");
	if (run.clock === "virtual")
		list.push("virtual clock");
	if (run.cut)
		list.push("the trace ends early");
	return list.join(" · ");
}

function sums(lane) {
	const of = {};
	for (const s of lane.spans)
		of[s.kind] = (of[s.kind] || 0) + s.d;
	return of;
}

function totals(lane) {
	const of = sums(lane);
	return KIND_NAMES.filter(k => of[k]).map(k => [`${KINDS[k].label}: ${duration(of[k])}`, ""]);
}

function table(caption, head, rows) {
	const t = document.createElement("table");
	t.append(node("caption", caption));
	const tr = t.createTHead().insertRow();
	head.forEach((h, i) => tr.append(node("th", h, { scope: "col", className: i ? "number" : "" })));
	const body = t.createTBody();
	for (const cells of rows) {
		const row = body.insertRow();
		cells.forEach((c, i) => row.append(i ? node("td", c, { className: "number" }) : node("th", c, { scope: "row" })));
	}
	const scroll = node("div", "", { className: "scroll" });
	scroll.append(t);
	return scroll;
}

function add_tables() {
	for (const run of runs) {
		const kinds = KIND_NAMES.filter(k => run.lanes.some(l => l.spans.some(s => s.kind === k)));
		const rows = run.lanes.slice(0, MOST_ROWS).map(lane => {
			const of = sums(lane);
			return [lane.title, String(lane.spans.filter(s => s.kind === "run" || s.kind === "cpu").length),
				...kinds.map(k => of[k] === undefined ? "–" : duration(of[k]))];
		});
		const more = run.lanes.length > MOST_ROWS ? `; the first ${MOST_ROWS} of ${run.lanes.length}` : "";
		const head = k => KINDS[k].short || KINDS[k].label;
		const details = document.createElement("details");
		details.open = run.lanes.length <= 12 && Boolean(root.querySelector("h2"));
		details.append(node("summary", `${run.label}: ${facts(run)}`));
		details.append(table(`Time by lane, ${run.label}${more}`, ["lane", "number of runs", ...kinds.map(head)], rows));
		$("tables").append(details);
	}
}

// The spans in sight, once that is opened.
function fill_spans() {
	if (!$("spans").open)
		return;
	const out = $("spans").querySelector("div"), all = [];
	for (const run of shown) {
		for (const lane of run.lanes) {
			let i = lane.first(view.t0);
			for (const end = i + MOST_ROWS; i < end && i < lane.spans.length && lane.spans[i].t < view.t1; i++)
				all.push({ run, s: lane.spans[i] });
		}
	}
	all.sort((a, b) => a.s.t - b.s.t);
	const rows = all.slice(0, MOST_ROWS).map(({ run, s }) =>
		[duration(s.t), run.label, s.lane.title, s.cat === "wait" ? s.name : KINDS[s.kind].label, duration(s.d), s.args.on ? wait_for(s) : "", s.args.at || ""]);
	out.textContent = "";
	out.append(table(`From ${duration(view.t0)} to ${duration(view.t1)}${all.length > MOST_ROWS ? `; the first ${MOST_ROWS}` : ""}`,
		["start", "run", "lane", "what", "duration", "waits for", "place"], rows));
}

const MOST_ENTRIES = 7;

function arrow_sign(name, dash) {
	const p = new SvgPainter();
	p.path([["M", 1, 12], ["L", 21, 4]], { stroke: name, dash, width: 1.25 });
	p.path([["M", 26, 2], ["L", 19, 2], ["L", 21, 7], ["L", 26, 2]], { fill: name });
	return p.svg(26, 15, "");
}

function kind_sign(kind) {
	const p = new SvgPainter(), h = Math.round(KINDS[kind].height * 14);
	p.span(0.5, (15 - h) / 2, 25, h, kind);
	return p.svg(26, 15, "");
}

function sign(points, o) {
	const p = new SvgPainter();
	p.path(points, o);
	return p.svg(16, 15, "");
}

// What occurs in the runs shown besides spans.
function signs() {
	const marks = shown.flatMap(r => r.lanes.flatMap(l => l.marks)), names = new Set(marks.map(m => m.name)), list = [];
	if (names.has("note"))
		list.push([sign([["M", 4, 14], ["L", 4, 1], ["L", 12, 5], ["L", 4, 8]], { fill: "look", stroke: "look" }), "the program notes"]);
	if (shown.some(r => r.hands.length))
		list.push([arrow_sign("hand", null), "handoff of the baton"]);
	if (shown.some(r => r.flows.length))
		list.push([arrow_sign("wake", [3, 2]), "wakes the other"]);
	if (marks.some(m => m.name === "done" && m.args.error))
		list.push([sign([["M", 8, 1], ["L", 8, 14]], { stroke: "alarm", width: 2 }), "done, with an error"]);
	if (names.has("cancel"))
		list.push([sign([["M", 4, 4], ["L", 12, 12], ["M", 4, 12], ["L", 12, 4]], { stroke: "alarm", width: 2 }), "cancels"]);
	if (names.has("done"))
		list.push([sign([["M", 8, 1], ["L", 8, 14]], { stroke: "ink", width: 2 }), "done"]);
	if (names.has("spawn"))
		list.push([sign([["M", 4, 5], ["L", 12, 5], ["L", 8, 10], ["L", 4, 5]], { fill: "ink" }), "spawns"]);
	return list;
}

// Kinds that fill most of the picture come first; waits that would be too many share an entry.
function kinds_shown(room) {
	const of = {};
	for (const run of shown)
		run.lanes.forEach(lane => Object.entries(sums(lane)).forEach(([k, d]) => { of[k] = (of[k] || 0) + d / Math.max(1, run.end); }));
	const first = ["cpu", "run", "preempted", "blocked", "ready"];
	const rank = k => first.includes(k) ? first.indexOf(k) - 100 : -of[k] / 1e6;
	const kinds = Object.keys(of).sort((a, b) => rank(a) - rank(b));
	if (kinds.length <= room)
		return kinds.map(k => [kind_sign(k), KINDS[k].label]);
	return kinds.slice(0, room - 1).map(k => [kind_sign(k), KINDS[k].label])
		.concat([[kind_sign(kinds[room - 1]), "waits for others (named there)"]]);
}

// Of what occurs in the runs shown only, and no more than one takes in.
function add_legend() {
	const others = signs(), kinds = kinds_shown(Math.max(4, MOST_ENTRIES - others.length));
	$("legend").textContent = "";
	for (const [svg, text] of kinds.concat(others).slice(0, MOST_ENTRIES)) {
		const li = document.createElement("li");
		li.innerHTML = svg;
		li.append(text);
		$("legend").append(li);
	}
}

function add_groups() {
	$("groups").hidden = groups.length < 2;
	groups.forEach((name, i) => {
		const label = document.createElement("label");
		label.append(node("input", "", { type: "radio", name: prefix + "group", value: name, checked: i === 0 }), node("span", name));
		$("groups").append(label);
	});
	show_group(groups.length ? groups[0] : "");
}

// Each group shows its runs in this order.
function order_of_panels() {
	const labels = [...new Set(runs.map(short_label))];
	if (labels.length === 2)
		return `top: ${labels[0]}, bottom: ${labels[1]}, same time axis, one sample run each`;
	return labels.length ? `from top to bottom: ${labels.join(", ")}, one sample run each` : "no runs";
}

// Which parts name and describe which, in a page with several pictures.
function name_parts() {
	for (const [name, e] of parts) {
		e.id = prefix + name;
		for (const relation of ["labelledby", "describedby"]) {
			if (e.dataset[relation])
				e.setAttribute("aria-" + relation, prefix + e.dataset[relation]);
		}
	}
}

function source_of_cpus() {
	const preemptive = runs.filter(r => r.model === "preemptive");
	if (!preemptive.length)
		return [];
	if (preemptive.some(r => r.known))
		return [preemptive.some(r => r.source === "sampled") ?
			"who is on a CPU was sampled: short changes are missing" :
			"who is on a CPU, preempted or blocked is what the kernel recorded"];
	return ["preemptively “runs” means: does not wait in the library. Whether it had a CPU was not recorded"];
}

function start() {
	name_parts();
	if (window.parent !== window)
		document.documentElement.dataset.embedded = "";
	document.body.insertAdjacentHTML("afterbegin", svg_patterns());
	runs.forEach(add_panel);
	const library = new Set(runs.map(r => r.library).filter(Boolean));
	$("meta").textContent = [...source_of_cpus(), ...library, order_of_panels()].join(" · ");
	add_tables();
	add_groups();
	listen();
	layout();
	return { runs, view, whole, groups, panels, find, draw, layout, moment: () => moment, last_draw: () => drawn,
		draw_panel, panel_height, SvgPainter };
}

return start();
