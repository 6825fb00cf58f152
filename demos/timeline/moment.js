// SPDX-License-Identifier: MIT
// The one moment of a group of runs that decides: what a reader should look at.

const TELLING = /\b(lost|loses|torn|overwr\w*|overwritten|wrong|missing|twice|stuck|deadlock\w*|starv\w*)\b/i;
const CANCELLED = /cancel/i;

function marks_of(runs, fits) {
	return runs.flatMap(run => run.lanes.flatMap(lane => lane.marks.filter(fits).map(m => ({ run, lane, t: m.t, d: 0, m }))))
		.sort((a, b) => a.t - b.t);
}

function longest(runs, fits) {
	let best = null;
	for (const run of runs) {
		for (const lane of run.lanes) {
			for (const s of lane.spans) {
				if (fits(s, run) && (!best || s.d > best.d))
					best = { run, lane, t: s.t, d: s.d, s };
			}
		}
	}
	return best;
}

// Where two run at once for the first time.
function overlap(run) {
	const on = run.lanes.flatMap(l => run.known ? l.cpu : l.spans.filter(s => s.kind === "run")).sort((a, b) => a.t - b.t);
	for (let i = 1, last = on[0]; i < on.length; i++) {
		const end = Math.min(last.t + last.d, on[i].t + on[i].d);
		if (on[i].lane !== last.lane && on[i].lane.tid > 1 && last.lane.tid > 1 && end > on[i].t)
			return { run, lane: on[i].lane, t: on[i].t, d: end - on[i].t, other: last.lane };
		if (on[i].t + on[i].d > last.t + last.d)
			last = on[i];
	}
	return null;
}

// The run of another lane that fills most of s.
function blocker(s, run) {
	return run.baton.spans.find(r => r.lane !== s.lane && Math.min(r.t + r.d, s.t + s.d) - Math.max(r.t, s.t) > s.d * 0.6);
}

const LOOKS = {
	note(runs) {
		const m = marks_of(runs, x => x.name === "note" && TELLING.test(x.args.text))[0];
		return m && Object.assign(m, { what: `${m.lane.title} says “${m.m.args.text}”` });
	},
	error(runs) {
		const m = marks_of(runs, x => x.name === "done" && x.args.error && !CANCELLED.test(x.args.text || ""))[0];
		return m && Object.assign(m, { what: `${m.lane.title} ends with an error${m.m.args.text ? ": " + m.m.args.text : ""}` });
	},
	stuck(runs) {
		const m = longest(runs, (s, run) => (s.kind === "blocked" || s.kind === "lock") && s.t + s.d > run.end * 0.9 && s.d > run.end * 0.4);
		return m && Object.assign(m, { what: `${m.lane.title} stops for good: ${span_label(m.s)}` });
	},
	// one computes, and another that could go on, or whose time has come, waits for most of that
	ready(runs) {
		const m = longest(runs, (s, run) => (s.kind === "ready" || s.kind === "sleep") && s.lane.tid > 1 && s.d > run.end * 0.1 &&
			run.model !== "preemptive" && blocker(s, run));
		return m && Object.assign(m, { what: `${m.lane.title} comes late: it waits ${duration(m.d)} while ${blocker(m.s, m.run).lane.title} runs` });
	},
	overlap(runs) {
		const m = runs.filter(r => r.model === "preemptive").map(overlap).find(Boolean);
		return m && Object.assign(m, { what: `${m.other.title} and ${m.lane.title} ${m.run.known ? "are on two CPUs" : "both run"} at once` });
	},
	preempted(runs) {
		const m = longest(runs, s => s.kind === "preempted");
		return m && Object.assign(m, { what: `${m.lane.title} is preempted: it could go on, and has no CPU` });
	},
	wait(runs) {
		const m = longest(runs, (s, run) => s.cat === "wait" && s.lane.tid > 1 && s.d < run.end * 0.9);
		return m && Object.assign(m, { what: `${m.lane.title} waits longest, ${duration(m.d)}: ${span_label(m.s)}` });
	},
	hand(runs) {
		const run = runs.find(r => r.hands.length), h = run && run.hands[0];
		return h && { run, lane: h.to, t: h.end, d: 0, what: `${h.from.title} awaits, and the baton goes to ${h.to.title}: only here` };
	},
};

// The page around may say what its lesson is about: names of LOOKS, parted by blanks. The first that finds
// something counts.
function moment_of(some) {
	const order = root.closest("[data-look]")?.dataset.look || "";
	for (const name of [...order.split(" "), ...Object.keys(LOOKS)]) {
		const m = LOOKS[name] && LOOKS[name](some);
		if (m)
			return Object.assign(m, { text: `Look here: at ${duration(m.t)}, ${short_label(m.run)}, ${m.what}.` });
	}
	return null;
}

function show_moment() {
	$("moment").hidden = !moment;
	$("moment-text").textContent = moment ? moment.text : "";
}

// The moment with what is around it, chosen as if by hand.
function to_moment() {
	const around = Math.max(moment.d * 2, (whole.t1 - whole.t0) / 40);
	choose(moment.run, moment.lane, moment.s || null);
	show(moment.t - around, moment.t + moment.d + around);
	$("view").focus({ preventScroll: true });
	panels.find(p => p.run === moment.run).section.scrollIntoView({ block: "nearest" });
	say();
}
