# SPDX-License-Identifier: MIT
"""Draws the pictures of README: pictures.py TIMELINE OUT [GAME]. TIMELINE is a page that a demo wrote, of real runs; of its
first group the lanes go to OUT/timeline-light.svg and -dark.svg. GAME, a page of the game, to OUT/game-light.png and -dark.png."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402

# The lanes of the runs shown below each other, in the page's colours; patterns go along.
DRAW = """(() => {
    const width = 860, gutter = 110, style = getComputedStyle(document.documentElement), parts = [];
    const all = { t0: 0, t1: Math.max(...timeline.panels.filter(p => !p.section.hidden).map(p => p.run.end)) * 1.01 };
    let y = 8;
    for (const { run, section } of timeline.panels) {
        if (section.hidden)
            continue;
        const p = new timeline.SvgPainter(true), h = timeline.panel_height(run), m = timeline.moment();
        p.text(run.model + ': ' + section.querySelector('.fact').textContent, 10, y + 12, { size: 14, weight: 650 });
        parts.push(p.out.join(''));
        const q = new timeline.SvgPainter(true);
        timeline.draw_panel(q, all, run, { width, gutter, height: h, scroll: 0, arrows: run.flows.length + run.hands.length < 120,
            chosen: null, marked: null, moment: m && m.run === run ? m : null });
        parts.push(`<g transform="translate(0 ${y + 26})">${q.out.join('')}</g>`);
        y += h + 44;
    }
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img"` +
        ` aria-label="When each coroutine ran, in both models" font-family="Helvetica, Arial, sans-serif">` +
        `<rect width="${width}" height="${y}" rx="8" style="fill:var(--card)"/>${parts.join('\\n')}</svg>`;
    return svg.replace(/var\\(--([a-z-]+)\\)/g, (_, name) => style.getPropertyValue('--' + name).trim());
})()"""
MOST = 150000


def keep(path, data):
    """Only what is small enough to be looked at in a README."""
    if len(data) > MOST:
        sys.exit("%s: %d bytes, more than %d" % (path, len(data), MOST))
    with open(path, "wb") as f:
        f.write(data)
    print("%s: %d bytes" % (path, len(data)))


def main(timeline, out, game=None):
    os.makedirs(out, exist_ok=True)
    with browser.Browser() as b:
        for dark, name in ((False, "light"), (True, "dark")):
            b.open(timeline, dark=dark)
            svg = b.js(DRAW)
            keep(os.path.join(out, "timeline-%s.svg" % name), re.sub(r"(\d+\.\d)\d+", r"\1", svg).encode())
            if game:
                b.open(game, width=1000, height=700, dark=dark)
                path = os.path.join(out, "game-%s.png" % name)
                b.picture(path)
                with open(path, "rb") as f:
                    keep(path, f.read())
        if b.errors:
            sys.exit("\n".join(b.errors))


main(*sys.argv[1:])
