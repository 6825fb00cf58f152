// SPDX-License-Identifier: MIT
// The lab: votes, which seal what they are about, and slides. A vote is kept nowhere but in the page.

function unseal(demo) {
	for (const e of demo.querySelectorAll("[data-sealed]"))
		e.hidden = false;
}

function tell_vote(form, chosen) {
	const right = form.dataset.right === chosen.value, said = form.querySelector(".said-vote");
	said.className = "said-vote " + (right ? "right" : "wrong");
	said.textContent = `${right ? "✓ Right" : "✗ Not so"}: you predicted “${chosen.nextElementSibling.textContent}”. Now look why.`;
}

function start_votes() {
	for (const form of document.querySelectorAll("form.vote")) {
		const demo = form.closest(".demo");
		demo.querySelectorAll("[data-sealed]").forEach(e => { e.hidden = true; });
		form.addEventListener("submit", e => {
			e.preventDefault();
			const chosen = form.querySelector("input:checked");
			if (!chosen) {
				form.querySelector(".said-vote").textContent = "Choose an answer first.";
				form.querySelector("input").focus();
				return;
			}
			// one votes before one knows
			form.querySelectorAll("input").forEach(i => { i.disabled = true; });
			form.querySelector("button").disabled = true;
			tell_vote(form, chosen);
			unseal(demo);
		});
	}
	window.addEventListener("beforeprint", () => document.querySelectorAll("[data-sealed]").forEach(e => {
		e.dataset.was = e.hidden ? "1" : "";
		e.hidden = false;
	}));
	window.addEventListener("afterprint", () => document.querySelectorAll("[data-was='1']").forEach(e => { e.hidden = true; }));
}

// One step a screen. What a vote seals comes when one goes on.
function start_slides() {
	if (!document.body.classList.contains("slides"))
		return;
	const steps = [...document.querySelectorAll(".step")];
	const where = document.body.appendChild(Object.assign(document.createElement("p"), { className: "where" }));
	where.setAttribute("role", "status");
	let now = 0;
	function go(to) {
		now = Math.min(steps.length - 1, Math.max(0, to));
		const demo = steps[now].closest(".demo");
		if (demo && !steps[now].matches(".vote"))
			unseal(demo);
		steps.forEach((s, i) => s.classList.toggle("now", i === now));
		document.querySelectorAll(".demo").forEach(d => d.classList.toggle("now", d === demo));
		where.textContent = `${now + 1} of ${steps.length}`;
		scrollTo(0, 0);
	}
	const keys = { ArrowRight: 1, PageDown: 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -1, ArrowUp: -1, Home: -1e9, End: 1e9 };
	document.addEventListener("keydown", e => {
		if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || !keys[e.key] || e.target.matches("input"))
			return;
		e.preventDefault();
		go(now + keys[e.key]);
	});
	document.querySelectorAll(".contents a").forEach(a => a.addEventListener("click", e => {
		e.preventDefault();
		go(steps.findIndex(s => s.closest(".demo")?.id === a.hash.slice(1)));
	}));
	go(0);
}
