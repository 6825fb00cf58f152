# SPDX-License-Identifier: MIT
"""Draws the growth measures of bench.json: two panels. Light or dark as the reader has it."""
import json
import math
import re

WIDTH, HEIGHT = 860, 380
TOP, BOTTOM = 76, 56
STYLE = """
  svg { --ground: #ffffff; --ink: #1f2328; --faint: #d8dee4; --soft: #59636e; --ours: #0969da; --theirs: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0d1117; --ink: #e6edf3; --faint: #30363d; --soft: #9198a1; --ours: #58a6ff; --theirs: #f0883e }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--ink) }
  .title { font-size: 15px; font-weight: 600 }
  .soft { fill: var(--soft) }
  .grid { stroke: var(--faint); stroke-width: 1 }
  .ours { stroke: var(--ours); fill: var(--ours) }
  .theirs { stroke: var(--theirs); fill: var(--theirs) }
  polyline { fill: none !important; stroke-width: 2.5; stroke-linejoin: round }
  .theirs polyline { stroke-dasharray: 7 4 }
  .ours text { fill: var(--ours); stroke: none; font-weight: 600 }
  .theirs text { fill: var(--theirs); stroke: none; font-weight: 600 }
"""


def amount(ns):
    """A label: 20 ns, 1.5 us, 3 ms."""
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:g} {unit}"
    return f"{ns:g} ns" if ns else "0"


def number(n):
    """A label: 100, 30k, 1M."""
    return f"{n // 10 ** 6}M" if n >= 10 ** 6 else f"{n // 1000}k" if n >= 10 ** 4 else f"{n:,}"


class Panel:
    def __init__(self, left, width, title, points, ours, theirs, linear=False):
        self.left, self.width = left, width
        self.title, self.names, self.linear = title, (ours, theirs), linear
        self.points = sorted(points)
        xs = [p[0] for p in self.points]
        ys = [y for p in self.points for y in p[1:]]
        self.x = (math.log10(min(xs)), math.log10(max(xs)) or 1)
        if linear:
            step = next(m * 10 ** e for e in range(1, 12) for m in (1, 2, 5)
                        if m * 10 ** e * 6 >= max(ys))
            self.marks = [step * i for i in range(math.ceil(max(ys) / step) + 1)]
            self.y = (0, self.marks[-1])
            return
        low, high = math.log10(min(ys)), math.log10(max(ys))
        self.marks = [m * 10 ** e for e in range(math.floor(low) - 1, math.ceil(high) + 1)
                      for m in (1, 2, 5)]
        below = max((m for m in self.marks if m <= min(ys)), default=min(ys))
        above = min((m for m in self.marks if m >= max(ys)), default=max(ys))
        self.y = (math.log10(below), math.log10(above))

    def at(self, n, ns):
        x0, x1 = self.x
        y0, y1 = self.y
        y = ns if self.linear else math.log10(ns)
        return (self.left + (math.log10(n) - x0) / ((x1 - x0) or 1) * self.width,
                HEIGHT - BOTTOM - (y - y0) / ((y1 - y0) or 1) * (HEIGHT - TOP - BOTTOM))

    def axes(self):
        yield f'<text class="title" x="{self.left}" y="28">{self.title}</text>'
        for mark in self.marks:
            if not self.linear:
                if not self.y[0] - 1e-9 <= math.log10(mark) <= self.y[1] + 1e-9:
                    continue
                if self.y[1] - self.y[0] > 2 and not math.log10(mark).is_integer():
                    continue
            _, y = self.at(10 ** self.x[0], mark)
            yield f'<path class="grid" d="M{self.left} {y:.1f}h{self.width}"/>'
            yield (f'<text class="soft" x="{self.left - 8}" y="{y + 4:.1f}" text-anchor="end">'
                   f'{amount(mark)}</text>')
        for n, *_ in self.points:
            x, y = self.at(n, 1)[0], HEIGHT - BOTTOM
            yield f'<path class="grid" d="M{x:.1f} {y:.1f}v5"/>'
            yield (f'<text class="soft" x="{x:.1f}" y="{y + 21:.1f}" text-anchor="middle">'
                   f'{number(n)}</text>')
        yield (f'<text class="soft" x="{self.left + self.width / 2}" y="{HEIGHT - 12}" '
               f'text-anchor="middle">N</text>')

    def lines(self):
        for which, kind in enumerate(("ours", "theirs")):
            dots = [self.at(p[0], p[1 + which]) for p in self.points]
            yield f'<g class="{kind}">'
            yield f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in dots)}"/>'
            for (x, y), p in zip(dots, self.points):
                yield (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5">'
                       f'<title>{self.names[which]}, {p[0]:,}: {p[1 + which]:,.0f} ns</title></circle>')
            x = self.left + (0 if which == 0 else 90)
            yield (f'<polyline points="{x},{48} {x + 22},{48}"/>'
                   f'<text x="{x + 28}" y="52">{self.names[which]}</text></g>')


def growth(rows, what):
    found = []
    for row in rows:
        m = re.fullmatch(rf"growth-{what}-(\d+)", row["name"])
        if m and row["theirs"]:
            found.append((int(m.group(1)), row["ours"], row["theirs"]))
    return found


def draw(json_path, svg_path):
    with open(json_path, encoding="utf-8") as f:
        rows = json.load(f)
    handoffs, timers = growth(rows, "handoff"), growth(rows, "timer")
    if len(handoffs) < 2 or len(timers) < 2:
        raise SystemExit(f"{json_path} has no growth in it: make bench BENCH_ONLY=growth")
    panels = (Panel(66, 340, "A handoff, N coroutines in turn", handoffs, "cigo", "bare threads",
                    linear=True),
              Panel(500, 330, "A timer, N set and called", timers, "cigo", "asyncio"))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           f'width="{WIDTH}" height="{HEIGHT}" role="img" '
           f'aria-label="Cost of a handoff and of a timer as their number grows">',
           "<!-- SPDX-License-Identifier: MIT. Drawn by make bench-picture. -->",
           f"<style>{STYLE}</style>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="var(--ground)"/>']
    for panel in panels:
        out += panel.axes()
        out += panel.lines()
    out.append("</svg>")
    with open(svg_path, "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")
