// SPDX-License-Identifier: MIT
// Light or dark: as chosen here, else as the system is. Paper is always light (page.css).

function set_theme() {
	const chosen = document.querySelector("#theme input:checked").value;
	const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
	document.documentElement.dataset.theme = dark ? "dark" : "light";
	window.dispatchEvent(new Event("colours"));
}

function start_theme() {
	try {
		const kept = localStorage.getItem("cigo-theme");
		if (kept === "light" || kept === "dark")
			document.querySelector(`#theme input[value="${kept}"]`).checked = true;
	} catch (e) { /* no storage for files here */ }
	set_theme();
	document.getElementById("theme").addEventListener("change", () => {
		set_theme();
		try {
			localStorage.setItem("cigo-theme", document.querySelector("#theme input:checked").value);
		} catch (e) { /* then it is not kept */ }
	});
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", set_theme);
}

// Each picture has its own state; ids of all but the first get a prefix.
function start_pictures() {
	window.timelines = [...document.querySelectorAll(".timeline")].map((e, i) => picture(e, i ? `t${i + 1}-` : ""));
	// for tests and the curious
	window.timeline = window.timelines[0];
	document.documentElement.dataset.ready = "1";
}
