// SPDX-License-Identifier: MIT
// Keyboard, mouse, fingers; and the tip that says what is under them.

function describe(run, s) {
	const lines = [[s.lane.title, "name"]];
	if (s.cat === "wait")
		lines.push([`${KINDS[s.kind].label}: ${s.name}`, ""]);
	else
		lines.push([s.kind === "run" && run.model !== "preemptive" ? "runs, with the baton" : KINDS[s.kind].label, ""]);
	if (s.cat === "callback" && s.name !== "callback")
		lines.push([s.name, ""]);
	if (s.kind === "cpu" && s.args.cpu !== undefined)
		lines.push(["CPU " + s.args.cpu, ""]);
	if (s.kind === "blocked" && s.args.in)
		lines.push(["in " + s.args.in, ""]);
	if (s.args.on)
		lines.push([s.cat === "wait" ? wait_for(s) : s.args.on, ""]);
	if (s.args.at)
		lines.push(["at " + s.args.at, "place"]);
	if (s.args.events !== undefined)
		lines.push([s.args.events + " events", ""]);
	lines.push([`${duration(s.d)}, from ${duration(s.t)}`, "time"]);
	return lines;
}

// Where single spans are narrower than a pixel: what they add up to.
function describe_many(lane, t, half) {
	const sums = {};
	let n = 0;
	for (let i = lane.first(t - half); i < lane.spans.length && lane.spans[i].t < t + half; i++) {
		const s = lane.spans[i], part = Math.min(s.t + s.d, t + half) - Math.max(s.t, t - half);
		sums[s.kind] = (sums[s.kind] || 0) + part;
		n++;
	}
	const lines = [[lane.title, "name"], [`${n} spans in ${duration(2 * half)}`, ""]];
	for (const kind of KIND_NAMES) {
		if (sums[kind])
			lines.push([`${KINDS[kind].label}: ${Math.round(sums[kind] / (2 * half) * 100)} %`, ""]);
	}
	return { n, lines };
}

function tell(lines, x, y) {
	const tip = $("tip");
	tip.textContent = "";
	for (const [text, kind] of lines)
		tip.append(Object.assign(document.createElement("div"), { textContent: text, className: kind }));
	tip.hidden = false;
	const box = tip.getBoundingClientRect();
	tip.style.left = Math.max(4, Math.min(x + 14, window.innerWidth - box.width - 8)) + "px";
	tip.style.top = (y + 18 + box.height > window.innerHeight ? Math.max(4, y - box.height - 12) : y + 18) + "px";
}

function hush() {
	view.told = false;
	$("tip").hidden = true;
}

function time_at(client_x) {
	const box = $("view").getBoundingClientRect(), g = gutter();
	return new Scale(view, g, box.width - g - 1).t(client_x - box.left - $("view").clientLeft);
}

// The panel, lane and span at a place of the window.
function find(x, y) {
	const half = (view.t1 - view.t0) / Math.max(1, $("view").clientWidth - gutter()), t = time_at(x);
	for (const p of panels.filter(q => !q.section.hidden)) {
		const box = p.canvas.getBoundingClientRect();
		if (y < box.top || y >= box.bottom)
			continue;
		const row = y - box.top;
		if (row < STRIP)
			return { panel: p, strip: true, t, half, span: p.run.model === "preemptive" ? null : p.run.baton.at(t, 2 * half) };
		const lane = p.run.lanes[Math.floor((row - STRIP + p.body.scrollTop) / lane_height(p.run))];
		return lane ? { panel: p, lane, t, half, span: lane.at(t, 2 * half) } : null;
	}
	return null;
}

function running_at(run, t) {
	const i = lower(run.steps, t + 1);
	return i ? run.steps[i - 1].n : 0;
}

function hover(e) {
	view.told = false;
	const box = $("view").getBoundingClientRect(), at = find(e.clientX, e.clientY);
	if (!at || e.clientX - box.left < gutter()) {
		if (at && at.lane)
			tell([[at.lane.title, "name"], ...totals(at.lane)], e.clientX, e.clientY);
		else
			hush();
		return;
	}
	const run = at.panel.run;
	if (at.strip && run.model === "preemptive") {
		tell([[plural(running_at(run, at.t), "running thread", "running threads"), "name"], [duration(at.t), "time"]], e.clientX, e.clientY);
		return;
	}
	const note = at.lane && at.lane.marks.find(m => m.name === "note" && Math.abs(m.t - at.t) < 5 * at.half);
	if (note) {
		tell([[at.lane.title, "name"], [`notes: ${note.args.text}`, ""], [duration(note.t), "time"]], e.clientX, e.clientY);
		return;
	}
	const many = describe_many(at.lane || run.baton, at.t, at.half);
	if (many.n > 3)
		tell(many.lines, e.clientX, e.clientY);
	else if (at.span)
		tell(describe(run, at.span), e.clientX, e.clientY);
	else
		hush();
}

// ---- keys ----

function lines_of_chosen() {
	return view.span ? describe(view.run, view.span) : [[view.lane.title, "name"], ...totals(view.lane)];
}

// Below what is chosen, wherever that is by now; nothing where it is out of sight.
function tell_chosen() {
	const { run, lane, span } = view;
	if (!lane || (span && (span.t > view.t1 || span.t + span.d < view.t0))) {
		$("tip").hidden = true;
		return;
	}
	const panel = panels.find(p => p.run === run), box = panel.canvas.getBoundingClientRect();
	const h = lane_height(run), g = gutter();
	const x = span ? new Scale(view, g, box.width - g - 1).x(Math.max(span.t, view.t0)) : g;
	tell(lines_of_chosen(), box.left + x, box.top + STRIP + (lane.index + 1) * h - panel.body.scrollTop - 12);
}

function say() {
	if (!view.lane)
		return;
	$("said").textContent = `${view.run.label}: ${lines_of_chosen().map(l => l[0]).join(", ")}`;
	view.told = true;
	tell_chosen();
}

function step_lane(by) {
	const all = shown.flatMap(run => run.lanes.map(lane => ({ run, lane })));
	if (!all.length)
		return;
	const now = all.findIndex(a => a.lane === view.lane);
	const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + by))];
	choose(next.run, next.lane, null);
	panels.find(p => p.run === next.run).section.scrollIntoView({ block: "nearest" });
	say();
}

function step_span(by) {
	if (!view.lane)
		step_lane(1);
	const list = view.lane ? view.lane.spans : [];
	if (!list.length)
		return;
	const now = view.span ? list.indexOf(view.span) : -1;
	const next = now < 0 ? Math.min(list.length - 1, view.lane.first(view.t0)) : Math.min(list.length - 1, Math.max(0, now + by));
	const s = list[next];
	choose(view.run, view.lane, s);
	if (s.t + s.d < view.t0 || s.t > view.t1) {
		const half = (view.t1 - view.t0) / 2, middle = s.t + Math.min(s.d / 2, half);
		show(middle - half, middle + half);
	}
	say();
}

const KEYS = {
	ArrowLeft: () => move(-0.15),
	ArrowRight: () => move(0.15),
	PageUp: () => move(-0.9),
	PageDown: () => move(0.9),
	ArrowUp: () => step_lane(-1),
	ArrowDown: () => step_lane(1),
	",": () => step_span(-1),
	".": () => step_span(1),
	"<": () => step_span(-1),
	">": () => step_span(1),
	"+": () => zoom(1 / 1.6),
	"=": () => zoom(1 / 1.6),
	"-": () => zoom(1.6),
	"_": () => zoom(1.6),
	"0": () => show(whole.t0, whole.t1),
	Home: () => show(whole.t0, whole.t0 + view.t1 - view.t0),
	End: () => show(whole.t1 - (view.t1 - view.t0), whole.t1),
	Enter: () => view.span && zoom_to(view.span),
	Escape: () => { choose(null, null, null); hush(); $("said").textContent = ""; },
};

function on_key(e) {
	if (e.ctrlKey || e.metaKey || e.altKey || !KEYS[e.key])
		return;
	e.preventDefault();
	KEYS[e.key]();
}

// ---- mouse and fingers ----

const fingers = new Map();
let drag = null, pinch = 0;

function on_wheel(e) {
	const box = $("view").getBoundingClientRect();
	if (e.clientX - box.left < gutter())
		return; // over the names: the page scrolls
	if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
		e.preventDefault();
		move((e.deltaX || e.deltaY) / 1000);
	} else if (e.deltaY < 0 || view.t1 - view.t0 < (whole.t1 - whole.t0) * 0.999) {
		e.preventDefault();
		zoom(Math.exp(e.deltaY * (e.deltaMode ? 0.05 : 0.0018)), time_at(e.clientX));
	}
}

function place_brush(x0, x1) {
	const box = $("view").getBoundingClientRect(), b = $("brush"), g = gutter();
	const from = Math.max(g, Math.min(x0, x1) - box.left), to = Math.max(g, Math.max(x0, x1) - box.left);
	b.style.left = from + "px";
	b.style.width = Math.max(0, to - from) + "px";
	b.hidden = false;
}

function centre_overview(e) {
	const box = $("view").getBoundingClientRect(), g = gutter();
	const t = new Scale(whole, g, box.width - g - 1).t(e.clientX - box.left), half = (view.t1 - view.t0) / 2;
	show(t - half, t + half);
}

function on_down(e) {
	if (e.button || e.clientX - $("view").getBoundingClientRect().left < gutter())
		return;
	fingers.set(e.pointerId, e.clientX);
	const mode = e.target === $("overview") ? "overview" :
		e.shiftKey || e.target === $("axis") ? "select" : "move";
	drag = { mode, x: e.clientX, y: e.clientY, t0: view.t0, t1: view.t1, far: false };
	if (fingers.size === 2) {
		const [a, b] = [...fingers.values()];
		pinch = Math.abs(a - b);
	}
	e.target.setPointerCapture(e.pointerId);
	if (mode === "overview")
		centre_overview(e);
}

function on_move(e) {
	if (!fingers.has(e.pointerId)) {
		hover(e);
		return;
	}
	fingers.set(e.pointerId, e.clientX);
	if (fingers.size === 2) {
		const [a, b] = [...fingers.values()], now = Math.max(10, Math.abs(a - b));
		if (pinch > 10)
			zoom(pinch / now, time_at((a + b) / 2));
		pinch = now;
		return;
	}
	if (!drag)
		return;
	drag.far = drag.far || Math.abs(e.clientX - drag.x) > 3;
	if (drag.mode === "overview") {
		centre_overview(e);
	} else if (drag.mode === "select") {
		place_brush(drag.x, e.clientX);
	} else if (drag.far) {
		const per = (drag.t1 - drag.t0) / ($("view").clientWidth - gutter());
		show(drag.t0 + (drag.x - e.clientX) * per, drag.t1 + (drag.x - e.clientX) * per);
		hush();
	}
}

function on_up(e) {
	const last = drag;
	fingers.delete(e.pointerId);
	drag = null;
	$("brush").hidden = true;
	if (!last || e.type === "pointercancel")
		return;
	if (last.mode === "select" && last.far) {
		const a = time_at(Math.min(last.x, e.clientX)), b = time_at(Math.max(last.x, e.clientX));
		show(Math.max(a, whole.t0), b);
	} else if (!last.far && last.mode === "move") {
		const at = find(e.clientX, e.clientY);
		if (at && (at.span || at.lane)) {
			choose(at.panel.run, at.span ? at.span.lane : at.lane, at.span);
			hover(e);
		}
	}
}

function listen() {
	const v = $("view");
	v.addEventListener("keydown", on_key);
	v.addEventListener("wheel", on_wheel, { passive: false });
	v.addEventListener("pointerdown", on_down);
	v.addEventListener("pointermove", on_move);
	v.addEventListener("pointerup", on_up);
	v.addEventListener("pointercancel", on_up);
	// a finger that has left the glass still wants to read
	v.addEventListener("pointerleave", e => e.pointerType !== "touch" && hush());
	v.addEventListener("blur", hush);
	document.addEventListener("pointerdown", e => v.contains(e.target) || hush());
	v.addEventListener("dblclick", e => {
		const at = find(e.clientX, e.clientY);
		if (at && at.span)
			zoom_to(at.span);
	});
	root.querySelector(".tools").addEventListener("click", e => {
		const what = e.target.dataset.do;
		if (what)
			({ in: KEYS["+"], out: KEYS["-"], whole: KEYS["0"] })[what]();
	});
	$("groups").addEventListener("change", e => show_group(e.target.value));
	$("arrows").addEventListener("change", redraw);
	$("spans").addEventListener("toggle", redraw);
	$("there").addEventListener("click", to_moment);
	window.addEventListener("resize", layout);
	window.addEventListener("colours", () => { forget_colours(); redraw(); });
	// what was hidden has room now
	new ResizeObserver(redraw).observe(v);
	window.addEventListener("beforeprint", draw_for_print);
}
