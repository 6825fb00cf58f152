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
		list.push("at most " + plural(run.most, "thread runs", "threads run") + " at once");
	else
		list.push("one thread runs at a time", plural(run.hands.length, "handoff", "handoffs"));
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
			return [lane.title, String(lane.spans.filter(s => s.kind === "run").length),
				...kinds.map(k => of[k] === undefined ? "–" : duration(of[k]))];
		});
		const more = run.lanes.length > MOST_ROWS ? `; the first ${MOST_ROWS} of ${run.lanes.length}` : "";
		const head = k => KINDS[k].short || KINDS[k].label;
		const details = document.createElement("details");
		details.open = run.lanes.length <= 12;
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

function add_legend() {
	const seen = new Set(runs.flatMap(r => r.lanes.flatMap(l => l.spans.map(s => s.kind))));
	const item = (svg, text) => {
		const li = document.createElement("li");
		li.innerHTML = svg;
		li.append(text);
		$("legend").append(li);
	};
	for (const kind of KIND_NAMES.filter(k => seen.has(k))) {
		const p = new SvgPainter(), h = Math.round(KINDS[kind].height * 14);
		p.span(0.5, (15 - h) / 2, 25, h, kind);
		item(p.svg(26, 15, ""), KINDS[kind].label);
	}
	const arrow = (name, dash) => {
		const p = new SvgPainter();
		p.path([["M", 1, 12], ["L", 21, 4]], { stroke: name, dash, width: 1.25 });
		p.path([["M", 26, 2], ["L", 19, 2], ["L", 21, 7], ["L", 26, 2]], { fill: name });
		return p.svg(26, 15, "");
	};
	if (runs.some(r => r.hands.length))
		item(arrow("hand", null), "handoff of the baton");
	if (runs.some(r => r.flows.length))
		item(arrow("wake", [3, 2]), "wakes the other");
	const marks = new Set(runs.flatMap(r => r.lanes.flatMap(l => l.marks.map(m => m.name))));
	const sign = (points, o) => {
		const p = new SvgPainter();
		p.path(points, o);
		return p.svg(16, 15, "");
	};
	if (marks.has("spawn"))
		item(sign([["M", 4, 5], ["L", 12, 5], ["L", 8, 10], ["L", 4, 5]], { fill: "ink" }), "spawns");
	if (marks.has("done"))
		item(sign([["M", 8, 1], ["L", 8, 14]], { stroke: "ink", width: 2 }), "done");
	if (runs.some(r => r.lanes.some(l => l.marks.some(m => m.name === "done" && m.args.error))))
		item(sign([["M", 8, 1], ["L", 8, 14]], { stroke: "alarm", width: 2 }), "done, with an error");
	if (marks.has("cancel"))
		item(sign([["M", 4, 4], ["L", 12, 12], ["M", 4, 12], ["L", 12, 4]], { stroke: "alarm", width: 2 }), "cancels");
}

function add_groups() {
	$("groups").hidden = groups.length < 2;
	groups.forEach((name, i) => {
		const label = document.createElement("label");
		label.append(node("input", "", { type: "radio", name: "group", value: name, checked: i === 0 }), node("span", name));
		$("groups").append(label);
	});
	show_group(groups.length ? groups[0] : "");
}

// Paper is always light (page.css).
function set_theme(name) {
	const dark = name === "dark" || (name !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
	document.documentElement.dataset.theme = dark ? "dark" : "light";
	forget_colours();
	redraw();
}

function start_theme() {
	// the page around this one knows better
	const told = () => /^#(dark|light)$/.test(location.hash) ? location.hash.slice(1) : "";
	const chosen = () => told() || document.querySelector("#theme input:checked").value;
	try {
		const kept = localStorage.getItem("cigo-theme");
		if (kept === "light" || kept === "dark")
			document.querySelector(`#theme input[value="${kept}"]`).checked = true;
	} catch (e) { /* no storage for files here */ }
	set_theme(chosen());
	$("theme").addEventListener("change", () => {
		set_theme(chosen());
		try {
			localStorage.setItem("cigo-theme", chosen());
		} catch (e) { /* then it is not kept */ }
	});
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => set_theme(chosen()));
	window.addEventListener("hashchange", () => set_theme(chosen()));
}

// Each group shows its runs in this order.
function order_of_panels() {
	const labels = [...new Set(runs.map(short_label))];
	if (labels.length === 2)
		return `top: ${labels[0]}, bottom: ${labels[1]}, same time axis, one sample run each`;
	return labels.length ? `from top to bottom: ${labels.join(", ")}, one sample run each` : "no runs";
}

function start() {
	if (window.parent !== window)
		document.documentElement.dataset.embedded = "";
	document.body.insertAdjacentHTML("afterbegin", svg_patterns());
	runs.forEach(add_panel);
	const library = new Set(runs.map(r => r.library).filter(Boolean));
	$("meta").textContent = [...library, order_of_panels()].join(" · ");
	$("foot").textContent = "The same program with the same threads; only the model differs.";
	add_legend();
	add_tables();
	add_groups();
	start_theme();
	listen();
	layout();
	// for tests and the curious
	window.timeline = { runs, view, whole, groups, panels, find, draw, last_draw: () => drawn };
	document.documentElement.dataset.ready = "1";
}

start();
