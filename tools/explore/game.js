/* SPDX-License-Identifier: MIT
 * The page of the games: draws where the player is, and does what the player says. */
const $ = id => document.getElementById(id);
let board = boards[0];

/* An element; children are elements or texts, never HTML. */
function el(tag, attributes, ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {}))
		if (value !== null && value !== undefined && value !== false)
			e.setAttribute(name, value === true ? "" : value);
	e.append(...children.filter(c => c !== null && c !== undefined && c !== ""));
	return e;
}

const color = lane => `--lane: var(--lane-${board.lanes.indexOf(lane) % 8})`;
const sign = bad => el("span", { class: bad ? "sign bad" : "sign good", "aria-hidden": "true" }, bad ? "✗" : "✓");

/* --- words ----------------------------------------------------------------------------------- */

/* What a coroutine does next: "writes". */
function verb(step) {
	switch (step.op) {
	case OPS.START: return "begins";
	case OPS.RESUME: return step.call ? `returns from ${step.call}` : "goes on";
	case OPS.CALLBACK: return "is called";
	case OPS.CALL: return step.call ? `calls ${step.call}` : "calls the library";
	case OPS.READ: return "reads";
	case OPS.WRITE: return "writes";
	case OPS.RETURN: return "returns";
	}
	return "goes on";
}

/* The line of the source; for a function that begins, the one with its name. */
function line_of(step) {
	const text = step && step.place && page.files[step.place.file][1];
	if (!text)
		return "";
	const lines = text.split("\n"), line = (lines[step.place.line - 1] || "").trim();
	return line === "{" && step.place.line > 1 ? lines[step.place.line - 2].trim() : line;
}

const where = step => step && step.place ? `${step.behind ? "after " : ""}line ${step.place.line}` : "";
const comma = (...parts) => parts.filter(Boolean).join(", ");

function state_words(l) {
	switch (l.state) {
	case "can": return comma(verb(l.step), where(l.step));
	case "waits": return comma(l.step && l.step.call ? `waits in ${l.step.call}` : "waits", where(l.step));
	case "stuck": return comma(l.step.call ? `waits for ever in ${l.step.call}` : "waits for ever", where(l.step));
	case "ended": return "has ended";
	}
	return "not there yet";
}

/* Who went on at the ith choice, and how. */
function step_words(way, i) {
	const node = way[i], choice = board.path.concat([...board.ahead].reverse())[i];
	if (node.kind > THREAD)
		return { text: `number ${choice + 1} of ${node.next.length}`, lane: null, forced: false };
	const step = actor(node.actors[choice]), lane = board.lane_of(step), forced = node.stays && choice > 0;
	const other = forced ? board.lane_of(actor(node.actors[0])) : null;
	return { lane, forced, other, text: comma(verb(step), where(step)) };
}

/* What was shown since the last choice, in its order, as one part for each that showed something. */
function shown_parts(node) {
	const parts = [];
	for (const v of values_of(node.values)) {
		const last = parts[parts.length - 1], text = `${v.name.startsWith(v.by + ".") ? v.name.slice(v.by.length + 1) : v.name} = ${v.value || "(empty)"}`;
		if (last && last.by === v.by)
			last.texts.push(text);
		else
			parts.push({ by: v.by, texts: [text] });
	}
	return parts;
}

/* The first line, without the place and the code of the check. */
const failure_words = end => end.failure.split("\n")[0].replace(/; check failed:.*$/, "").replace(/^\S+:\d+: /, "");

/* What the last choice has led to: a sentence for the one that was chosen, and one for each that went on after it
 * without a choice, since it was the only one that could. */
function happened_words(node) {
	const way = board.way(), parts = shown_parts(node), n = board.path.length;
	if (!n)
		return parts.map(p => `So far ${p.by || "the program"}: ${p.texts.join(", ")}.`);
	const s = step_words(way, n - 1), own = s.lane && parts.length && parts[0].by === actor(way[n - 1].actors[board.path[n - 1]]).name ? parts.shift() : null;
	return [`${s.lane ? `${s.lane} went on: ` : ""}${s.text}${own ? `; ${own.texts.join(", ")}` : ""}.`,
		...parts.map(p => `Then ${p.by || "the program"}, as no other could go on: ${p.texts.join(", ")}.`)];
}

/* --- drawing --------------------------------------------------------------------------------- */

function draw_boards() {
	$("boards").hidden = boards.length < 2;
	boards.forEach((b, i) => {
		const input = el("input", { type: "radio", name: "board", value: i });
		input.addEventListener("change", () => switch_to(i, b.path));
		$("boards").append(el("label", {}, input, el("span", {}, board_name(b))));
	});
}

function board_name(b) {
	const same = boards.filter(c => c.model === b.model).length > 1;
	return (b.model || "the game") + (same ? `: ${b.command.split(" ").slice(1).join(" ")}` : "");
}

const usual_say = {
	cooperative: "The cooperative model: only the coroutine that you choose runs, and it runs on until it awaits something or ends.",
	preemptive: "The preemptive model: the coroutines are threads, and you may switch after each step that another could notice."
};

function draw_goals() {
	$("say").textContent = board.say || usual_say[board.model] || "";
	$("goals").replaceChildren(...board.goals.map((g, i) => {
		const won = board.won.has(i);
		const so_far = g.kind === "all" ? `${board.tried.size} of ${board.total}`
			: g.kind === "outcomes" ? `${board.seen.size} of ${board.outcomes.size}` : "";
		return el("li", { class: won ? "won" : null }, el("span", { class: "box", "aria-hidden": "true" }, won ? "✓" : ""),
			el("span", { class: "said" }, won ? "done: " : "to do: "), g.text, so_far ? el("small", {}, ` ${so_far}`) : "");
	}));
}

function draw_question(node) {
	const q = $("question");
	q.className = "";
	if (!node.next) {
		const bad = failed(node);
		q.className = bad ? "bad" : "good";
		q.replaceChildren(sign(bad), bad ? "It failed" : "It ended well",
			el("span", { class: "outcome" }, bad ? failure_words(node) : outcome_of(node)));
		$("hint").replaceChildren(...board.news.map(text => el("strong", {}, `Goal reached: ${text} `)), "Undo, or start again, and try another order.");
		return;
	}
	if (node.kind > THREAD) {
		q.textContent = ["", "", "Which timer is first?", "Which event comes first?", "Which case does cigo_select take?"][node.kind];
		$("hint").textContent = "";
		return;
	}
	const runs = node.stays ? board.lane_of(actor(node.actors[0])) : null;
	q.textContent = runs ? `${runs} runs. Who takes the next step?` : "Who goes on?";
	$("hint").textContent = !runs ? (board.model === "preemptive" ? "One that can go on: up to its next step that another could notice." : "It runs until it awaits something, or ends.")
		: `To let another go on now is a forced switch: ${runs} could go on. So far ${plural(board.switches(), "forced switch", "forced switches")}.`;
}

/* A row of squares, one a choice: filled where this lane went on. */
function track(lane, went) {
	const from = Math.max(0, went.length - 30);
	return el("span", { class: "track", "aria-hidden": "true" },
		...went.slice(from).map(w => el("i", { class: w.lane === lane ? (w.forced ? "on forced" : "on") : null })));
}

function draw_lane(l, number, went, values) {
	const node = board.node(), known = l.can >= 0 && node.next[l.can] >= 0;
	const code = l.state === "ended" || l.state === "new" ? "" : line_of(l.step);
	const interrupts = l.can > 0 && node.stays;
	const locals = values.filter(v => v.lane === l.lane).map(v =>
		el("span", { class: v.changed ? "local changed" : "local" }, `${v.name.slice(l.lane.length + 1)} = ${v.value}`));
	const inner = [el("span", { class: "head" }, l.can >= 0 && number <= 9 ? el("kbd", {}, number) : "", el("b", {}, l.lane), ...locals),
		el("span", { class: "what" }, state_words(l), interrupts && known ? el("em", {}, " forced switch") : "",
			l.can >= 0 && !known ? el("em", {}, ` ${board.why_not(l.can)}`) : ""),
		code ? el("code", {}, code) : "", track(l.lane, went)];
	return el("li", { class: l.state, style: color(l.lane) }, l.can >= 0
		? el("button", { type: "button", "data-choice": l.can, disabled: !known, "aria-keyshortcuts": number <= 9 ? number : null }, ...inner)
		: el("div", {}, ...inner));
}

function draw_other_choice(node) {
	return node.next.map((c, i) => el("li", { class: "can" }, el("button", { type: "button", "data-choice": i, disabled: c < 0 },
		el("span", { class: "head" }, el("kbd", {}, i + 1), el("b", {}, `${actor(node.actors[i]).name} ${i + 1}`)))));
}

function draw_lanes(node, values) {
	const way = board.way(), went = board.path.map((_, i) => step_words(way, i));
	const focused = document.activeElement && document.activeElement.dataset.choice;
	const lanes = node.kind > THREAD ? draw_other_choice(node)
		: [...board.state().values()].map((l, i) => draw_lane(l, i + 1, went, values));
	$("lanes").replaceChildren(...lanes);
	if (focused !== undefined) // the button that was pressed is gone
		($("lanes").querySelector("button:not(:disabled)") || $("ask")).focus();
}

function draw_shared(values) {
	const shared = values.filter(v => !v.lane);
	$("shared").replaceChildren(...shared.map(v => el("div", { class: v.changed ? "changed" : null }, el("dt", {}, v.name),
		el("dd", {}, v.value || "(empty)", v.changed && v.by ? el("small", {}, ` by ${v.by}`) : ""))));
	if (!shared.length)
		$("shared").append(el("div", { class: "none" }, "none was shown so far"));
}

/* Those that went on behind the ith choice without one, as far as they showed something. */
function after(way, i) {
	const all = i + 1 < way.length ? shown_parts(way[i + 1]).map(p => p.by) : [], s = step_words(way, i);
	const others = [...new Set(all)].filter(name => name && name !== s.lane);
	return others.length ? el("small", {}, `, then ${others.join(", then ")}`) : "";
}

function draw_steps() {
	const path = board.path.concat([...board.ahead].reverse()), way = board.way(path);
	$("steps").replaceChildren(...path.map((_, i) => {
		const s = step_words(way, i);
		return el("li", { class: i >= board.path.length ? "undone" : null, style: s.lane ? color(s.lane) : null },
			el("button", { type: "button", "data-go": i + 1, title: i >= board.path.length ? "again" : "back to behind this choice" },
				s.forced ? el("em", {}, `interrupts ${s.other}: `) : "", el("b", {}, s.lane || ""), ` ${s.text}`, after(way, i)));
	}));
	if (!path.length)
		$("steps").append(el("li", { class: "none" }, "none yet"));
}

/* --- the source ------------------------------------------------------------------------------ */

function draw_files() {
	$("files").replaceChildren(...page.files.map(([name, text], f) => text === null
		? el("p", {}, `${name}: its source was not found.`)
		: el("figure", {}, el("figcaption", {}, name), el("ol", { class: "code", "data-file": f },
			...text.replace(/\n$/, "").split("\n").map(t => el("li", {}, el("code", {}, t || " "), el("span", { class: "marks" })))))));
}

function draw_marks() {
	const box = $("files");
	let first = null;
	box.querySelectorAll(".code li[class]").forEach(li => { li.removeAttribute("class"); li.lastChild.replaceChildren(); });
	for (const l of board.state().values()) {
		if (!l.step || !l.step.place || l.state === "ended" || l.state === "new")
			continue;
		const code = box.querySelector(`.code[data-file="${l.step.place.file}"]`), li = code && code.children[l.step.place.line - 1];
		if (!li)
			continue;
		li.classList.add("at");
		li.lastChild.append(el("span", { class: `mark ${l.state}`, style: color(l.lane) }, l.lane));
		if (!first || l.can === 0 || l.state === "stuck")
			first = li;
	}
	if (first)
		box.scrollTop += first.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
}

/* --- what was tried -------------------------------------------------------------------------- */

function draw_count() {
	const all = board.why ? `recorded, not all there are (${board.why})` : board.preemptions >= 0
		? `recorded: all with at most ${plural(board.preemptions, "forced switch", "forced switches")}` : "that there are";
	$("count").textContent = `You have tried ${board.tried.size.toLocaleString("en")} of the ${board.total.toLocaleString("en")} orders ${all}. ` +
		(board.node().next ? `From here on ${plural(board.untried(), "untried order")}.` : board.tried.size === board.total ? "None is left to try." : "");
}

function draw_tried() {
	const box = $("tried"), parts = [];
	if (board.total <= 100) {
		const cells = [...Array(board.total)].map((_, i) => {
			const end = board.tried.has(i) && board.way(board.path_of(i)).pop();
			return el("i", { class: end ? (failed(end) ? "bad" : "good") : null, title: end ? `order ${i + 1}: ${outcome_of(end)}` : `order ${i + 1}: not tried` },
				end ? (failed(end) ? "✗" : "✓") : "");
		});
		parts.push(el("p", { class: "cells", role: "img", "aria-label": `${board.tried.size} of ${board.total} orders tried` }, ...cells));
	}
	const known = [...board.outcomes].filter(([text]) => board.seen.has(text)), hidden = board.outcomes.size - known.length;
	parts.push(el("ul", { class: "outcomes" }, ...known.map(([text, bad]) => el("li", {}, sign(bad), el("span", { class: "said" }, bad ? "failed: " : "right: "), text)),
		hidden ? el("li", { class: "none" }, `${plural(hidden, known.length ? "more outcome" : "outcome")} to be found`) : ""));
	box.replaceChildren(...parts);
}

/* --- all ------------------------------------------------------------------------------------- */

const address = () => `#${boards.indexOf(board)}:${board.text(true)}`;

function draw() {
	const node = board.node(), values = board.values();
	document.querySelectorAll("#boards input").forEach((input, i) => { input.checked = boards[i] === board; });
	draw_goals();
	draw_question(node);
	$("happened").replaceChildren(...happened_words(node).map(text => el("p", {}, text)));
	draw_lanes(node, values);
	draw_shared(values);
	draw_steps();
	draw_marks();
	draw_count();
	draw_tried();
	$("command").textContent = board.replay_line();
	document.querySelector("[data-do=undo]").disabled = !board.path.length;
	document.querySelector("[data-do=restart]").disabled = !board.path.length;
	for (const name of ["typical", "random"])
		document.querySelector(`[data-do=${name}]`).disabled = !node.next;
	document.querySelector("[data-do=untried]").disabled = !board.next_untried();
	if (location.hash !== address())
		history.replaceState(null, "", address());
	keep();
}

/* For the screen reader. */
function say(first) {
	const node = board.node(), changed = board.values().filter(v => v.changed).map(v => `${v.name.replace(".", ", ")} is ${v.value}`);
	const end = node.next ? "" : failed(node) ? `It failed: ${failure_words(node)}` : `It ended well: ${outcome_of(node)}`;
	const next = node.next && node.kind <= THREAD ? "Now: " + [...board.state().values()].map((l, i) => [l, i + 1]).filter(([l]) => l.can >= 0)
		.map(([l, n]) => `${n} ${l.lane} ${state_words(l)}`).join("; ") : "";
	$("said").textContent = [first, ...changed, end, next].filter(Boolean).join(". ");
}

function act(change) {
	const length = board.path.length;
	change();
	draw();
	const won = board.news.map(text => `Goal reached: ${text}`);
	const last = board.path.length > length ? step_words(board.way(), board.path.length - 1) : null;
	say([...won, last && last.lane ? `${last.lane} ${last.text}` : "undone"].join(" "));
}

const doings = {
	undo: () => board.path.length && act(() => board.undo()),
	restart: () => board.path.length && act(() => board.restart()),
	typical: () => board.node().next && act(() => board.restart(board.finish([...board.path], known => known[0]))),
	random: () => board.node().next && act(() => board.restart(board.finish([...board.path], known => known[Math.floor(Math.random() * known.length)]))),
	untried: () => board.next_untried() && act(() => board.restart(board.next_untried())),
	copy: async () => {
		const done = navigator.clipboard && await navigator.clipboard.writeText(board.replay_line()).then(() => true, () => false);
		if (!done)
			getSelection().selectAllChildren($("command"));
		$("said").textContent = done ? "Copied." : "The line is selected.";
	}
};

function switch_to(i, path) {
	board = boards[i];
	board.path = path;
	draw_files_once();
	board.arrive();
	draw();
}

let files_drawn = false;
function draw_files_once() {
	if (!files_drawn)
		draw_files();
	files_drawn = true;
}

/* --- what is kept while the page is reloaded -------------------------------------------------- */

function keep() {
	try {
		sessionStorage.setItem(`cigo-game ${location.pathname}`, JSON.stringify(boards.map(b => [b.total, [...b.tried], [...b.won]])));
	} catch (e) { /* no storage for files here */ }
}

function recall() {
	try {
		const kept = JSON.parse(sessionStorage.getItem(`cigo-game ${location.pathname}`)) || [];
		boards.forEach((b, i) => {
			if (!kept[i] || kept[i][0] !== b.total)
				return; // of another page in this place
			kept[i][1].forEach(n => b.tried.add(n));
			kept[i][1].forEach(n => b.seen.add(outcome_of(b.way(b.path_of(n)).pop())));
			kept[i][2].forEach(n => b.won.add(n));
		});
	} catch (e) { /* then nothing is recalled */ }
}

function go_to_address() {
	const [, number, text] = location.hash.match(/^#(\d+):([0-9x.+]*)$/) || [];
	const known = number !== undefined && boards[+number];
	switch_to(known ? +number : 0, known ? known.read(text) : []);
}

function listen() {
	document.addEventListener("click", e => {
		const button = e.target.closest("button");
		if (!button || button.disabled)
			return;
		if (button.dataset.do)
			doings[button.dataset.do]();
		else if (button.dataset.choice)
			act(() => board.choose(+button.dataset.choice));
		else if (button.dataset.go)
			act(() => board.go_to(+button.dataset.go));
	});
	document.addEventListener("keydown", e => {
		if (e.ctrlKey || e.altKey || e.metaKey)
			return;
		const by_key = { u: "undo", s: "restart", t: "typical", r: "random", n: "untried", Backspace: "undo" };
		if (e.key >= "1" && e.key <= "9") {
			const button = $("lanes").children[+e.key - 1] && $("lanes").children[+e.key - 1].querySelector("button:not(:disabled)");
			if (button)
				act(() => board.choose(+button.dataset.choice));
		} else if (by_key[e.key])
			doings[by_key[e.key]]();
	});
	addEventListener("hashchange", () => location.hash !== address() && go_to_address());
}

/* Within another page, which says by ?light or ?dark how it looks. */
if (window.parent !== window)
	document.documentElement.dataset.embedded = "";
if (/^\?(light|dark)$/.test(location.search))
	document.documentElement.dataset.theme = location.search.slice(1);
draw_boards();
recall();
listen();
go_to_address();
// for tests and the curious
window.game = { boards, page, current: () => board, go: switch_to };
document.documentElement.dataset.ready = "1";
