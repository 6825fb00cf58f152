// SPDX-License-Identifier: MIT
// Two painters with the same strokes: one on a canvas for the screen, one that writes SVG for paper and
// for the legend. Colours are names of the page's custom properties (page.css).

const FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
const TILE = 6;

// Each pattern as line segments in a tile, or dots.
const PATTERNS = {
	plain: [],
	edge: [],
	diagonal: [[-1, 7, 7, -1], [-1, 1, 1, -1], [5, 7, 7, 5]],
	back: [[-1, -1, 7, 7], [5, -1, 7, 1], [-1, 5, 1, 7]],
	cross: [[-1, 7, 7, -1], [-1, -1, 7, 7]],
	vertical: [[1.5, 0, 1.5, 6], [4.5, 0, 4.5, 6]],
	horizontal: [[0, 1.5, 6, 1.5], [0, 4.5, 6, 4.5]],
	dots: [[1, 1.5, 2, 1.5], [4, 4.5, 5, 4.5]],
};

let colours = {}, tiles = {};

function colour(name) {
	if (!(name in colours))
		colours[name] = getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
	return colours[name];
}

function forget_colours() {
	colours = {};
	tiles = {};
}

// What of a text has room: all of it, its beginning and the number at its end, or (numbers) nothing.
function cut(text, width, measure) {
	if (measure(text) <= width)
		return text;
	if (/^[0-9]/.test(text))
		return "";
	const numbered = /^(.*\D)( \d+)$/.exec(text);
	if (numbered) {
		const head = cut(numbered[1], width - measure(numbered[2]), measure);
		return head && head + numbered[2];
	}
	let low = 0, high = text.length;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (measure(text.slice(0, middle) + "…") <= width)
			low = middle;
		else
			high = middle - 1;
	}
	return low > 2 ? text.slice(0, low) + "…" : "";
}

class CanvasPainter {
	constructor(canvas, width, height) {
		const scale = window.devicePixelRatio || 1;
		if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
			canvas.width = Math.round(width * scale);
			canvas.height = Math.round(height * scale);
			canvas.style.height = height + "px";
		}
		this.c = canvas.getContext("2d");
		this.scale = scale;
		this.c.setTransform(scale, 0, 0, scale, 0, 0);
		this.c.clearRect(0, 0, width, height);
		this.c.textBaseline = "middle";
	}
	tile(kind) {
		if (!tiles[kind]) {
			const t = document.createElement("canvas"), s = this.scale;
			t.width = t.height = Math.round(TILE * s);
			const c = t.getContext("2d");
			c.scale(t.width / TILE, t.height / TILE);
			c.fillStyle = colour(kind);
			c.fillRect(0, 0, TILE, TILE);
			c.strokeStyle = colour(kind + "-ink");
			c.globalAlpha = 0.75;
			for (const [x1, y1, x2, y2] of PATTERNS[KINDS[kind].pattern]) {
				c.beginPath();
				c.moveTo(x1, y1);
				c.lineTo(x2, y2);
				c.stroke();
			}
			const pattern = this.c.createPattern(t, "repeat");
			pattern.setTransform(new DOMMatrix().scale(TILE / t.width));
			tiles[kind] = pattern;
		}
		return tiles[kind];
	}
	fill(x, y, w, h, name) {
		this.c.fillStyle = colour(name);
		this.c.fillRect(x, y, w, h);
	}
	span(x, y, w, h, kind) {
		const c = this.c;
		c.fillStyle = w > 2 ? this.tile(kind) : colour(kind + (KINDS[kind].dark ? "" : "-ink"));
		if (w > 4 && c.roundRect) {
			c.beginPath();
			c.roundRect(x, y, w, h, 2);
			c.fill();
			c.strokeStyle = colour(kind + "-ink");
			c.lineWidth = 0.75;
			c.stroke();
		} else {
			c.fillRect(x, y, w, h);
		}
	}
	text(s, x, y, o) {
		const c = this.c;
		c.font = (o.weight || 400) + " " + (o.size || 11) + "px " + FONT;
		const shown = o.width ? cut(s, o.width, t => c.measureText(t).width) : s;
		c.textAlign = o.align || "left";
		if (o.halo) {
			c.strokeStyle = colour(o.halo);
			c.lineWidth = 3;
			c.lineJoin = "round";
			c.strokeText(shown, x, y);
		}
		c.fillStyle = colour(o.colour || "ink");
		c.fillText(shown, x, y);
	}
	// points as in SVG: M x y, L x y, C x y x y x y
	path(points, o) {
		const c = this.c;
		c.beginPath();
		for (const [op, ...v] of points) {
			if (op === "M")
				c.moveTo(...v);
			else if (op === "L")
				c.lineTo(...v);
			else
				c.bezierCurveTo(...v);
		}
		c.globalAlpha = o.alpha || 1;
		if (o.fill) {
			c.fillStyle = colour(o.fill);
			c.fill();
		}
		if (o.stroke) {
			c.strokeStyle = colour(o.stroke);
			c.lineWidth = o.width || 1;
			c.setLineDash(o.dash || []);
			c.stroke();
			c.setLineDash([]);
		}
		c.globalAlpha = 1;
	}
	clip(x, y, w, h) {
		this.c.save();
		this.c.beginPath();
		this.c.rect(x, y, w, h);
		this.c.clip();
	}
	unclip() {
		this.c.restore();
	}
}

const escape_text = s => String(s).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
let clips = 0;

// flat: for a PDF, which patterns and dashes would swell: each tile and dash becomes a path of its own.
class SvgPainter {
	constructor(flat) {
		this.out = [];
		this.flat = flat;
		this.num = flat ? v => Math.round(v * 4) / 4 : num; // quarters have few digits in a PDF, too
	}
	fill(x, y, w, h, name) {
		this.out.push(`<rect x="${this.num(x)}" y="${this.num(y)}" width="${this.num(w)}" height="${this.num(h)}" style="fill:var(--${name})"/>`);
	}
	span(x, y, w, h, kind) {
		const solid = w > 2 && !this.flat ? `fill:url(#pattern-${kind})` : w > 2 ? `fill:var(--${kind})` : `fill:var(--${kind}${KINDS[kind].dark ? "" : "-ink"})`;
		const edge = w > 4 && !this.flat ? `;stroke:var(--${kind}-ink);stroke-width:.75` : "";
		this.out.push(`<rect x="${this.num(x)}" y="${this.num(y)}" width="${this.num(w)}" height="${this.num(h)}"${w > 4 && !this.flat ? ' rx="2"' : ""} style="${solid}${edge}"/>`);
	}
	text(s, x, y, o) {
		const size = o.size || 11, shown = o.width ? cut(s, o.width, t => t.length * size * 0.56) : s;
		const anchor = { left: "start", right: "end", center: "middle" }[o.align || "left"];
		const halo = o.halo ? `;stroke:var(--${o.halo});stroke-width:3;paint-order:stroke` : "";
		this.out.push(`<text x="${this.num(x)}" y="${this.num(y + size * 0.35)}" text-anchor="${anchor}" font-size="${size}" font-weight="${o.weight || 400}" style="fill:var(--${o.colour || "ink"})${halo}">${escape_text(shown)}</text>`);
	}
	path(points, o) {
		const d = points.map(([op, ...v]) => op + v.map(this.num).join(" ")).join("");
		// not "opacity", which makes a group of its own in a PDF
		const alpha = o.alpha ? `;fill-opacity:${o.alpha};stroke-opacity:${o.alpha}` : "";
		this.out.push(`<path d="${d}" style="fill:${o.fill ? `var(--${o.fill})` : "none"};stroke:${o.stroke ? `var(--${o.stroke})` : "none"};stroke-width:${o.width || 1};stroke-dasharray:${(o.dash && !this.flat ? o.dash : ["none"]).join(" ")}${alpha}"/>`);
	}
	clip(x, y, w, h) {
		const id = prefix + "clip-" + ++clips;
		this.out.push(`<clipPath id="${id}"><rect x="${x}" y="${y}" width="${w}" height="${h}"/></clipPath><g clip-path="url(#${id})">`);
	}
	unclip() {
		this.out.push("</g>");
	}
	svg(width, height, label) {
		return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${label ? `role="img" aria-label="${escape_text(label)}"` : 'aria-hidden="true"'}>${this.out.join("")}</svg>`;
	}
}

function num(v) {
	return Math.round(v * 100) / 100;
}

// The patterns, once in the page, for every SVG in it.
function svg_patterns() {
	if (document.getElementById("pattern-run"))
		return "";
	const defs = KIND_NAMES.map(kind => {
		const lines = PATTERNS[KINDS[kind].pattern].map(([x1, y1, x2, y2]) =>
			`<path d="M${x1} ${y1}L${x2} ${y2}" style="stroke:var(--${kind}-ink);stroke-opacity:.75"/>`).join("");
		return `<pattern id="pattern-${kind}" width="${TILE}" height="${TILE}" patternUnits="userSpaceOnUse">` +
			`<rect width="${TILE}" height="${TILE}" style="fill:var(--${kind})"/>${lines}</pattern>`;
	}).join("");
	return `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${defs}</defs></svg>`;
}
