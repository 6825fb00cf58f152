// SPDX-License-Identifier: MIT
// The charts answer what they are pointed at with: the row of the table below them.

function start_charts() {
	for (const figure of document.querySelectorAll("figure")) {
		const chart = figure.querySelector(".chart"), columns = [...chart.querySelectorAll(".column")];
		const rows = [...figure.querySelectorAll("tbody tr")], readout = figure.querySelector(".readout");
		let now = -1;
		const row_text = row => [row.cells[0].textContent + ":", ...[...row.cells].slice(1).map((cell, i) => {
			const value = cell.querySelector("b")?.textContent ?? "none";
			return `${figure.ownerDocument.querySelector(`.servers [data-server="${i}"]`).textContent.trim()} ${value}`;
		})];
		function show(i) {
			now = i;
			columns.forEach((c, j) => c.classList.toggle("now", i === j));
			readout.replaceChildren(...(rows[i] ? row_text(rows[i]) : []).flatMap((text, j) =>
				[Object.assign(document.createElement("span"), { textContent: j && j < 4 ? text + "," : text }), " "]));
		}
		chart.tabIndex = 0;
		chart.addEventListener("pointermove", e => e.target.dataset.i && show(Number(e.target.dataset.i)));
		chart.addEventListener("pointerdown", e => e.target.dataset.i && show(Number(e.target.dataset.i)));
		chart.addEventListener("keydown", e => {
			const step = { ArrowRight: 1, ArrowLeft: -1, Home: -1e6, End: 1e6 }[e.key];
			if (!step || e.ctrlKey || e.metaKey || e.altKey)
				return;
			e.preventDefault();
			show(Math.min(columns.length - 1, Math.max(0, now + step)));
		});
	}
}

// One server is brought out in all charts; pressed again, none is.
function start_legend() {
	const buttons = [...document.querySelectorAll(".servers button")];
	function choose(server) {
		buttons.forEach(b => b.setAttribute("aria-pressed", String(b.dataset.server === server)));
		document.body.classList.toggle("chosen", server !== null);
		for (const g of document.querySelectorAll(".chart g"))
			g.classList.toggle("now", g.classList.contains("s" + server));
	}
	for (const b of buttons)
		b.addEventListener("click", () => choose(b.getAttribute("aria-pressed") === "true" ? null : b.dataset.server));
}
