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
    const shown = timeline.panels.filter(p => !p.section.hidden).map(p => p.run);
    const first = Math.min(...shown.flatMap(r => r.lanes.flatMap(l => [...l.spans.slice(0, 1), ...l.marks.slice(0, 1)])).map(s => s.t));
    const all = { t0: first * 0.95, t1: Math.max(...shown.map(r => r.end)) * 1.01 };
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
MOST = 200000
# In the last game a run that fails with the fewest forced switches, just after the first of them.
PLAY = """(() => { const i = game.boards.length - 1, b = game.boards[i]; let best = null;
    for (let n = 0; n < b.total; n++) {
        const path = b.path_of(n), way = b.way(path), forced = path.map((c, k) => c && way[k].stays ? k : -1).filter(k => k >= 0);
        if (way[way.length - 1].ending > 1 && (!best || forced.length < best.forced.length))
            best = { path, forced };
    }
    game.go(i, best.path.slice(0, best.forced[0] + 2)); scrollTo(0, document.querySelector('.goals').offsetTop - 10); })()"""


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
                b.open(game, width=1000, height=760, dark=dark)
                b.js(PLAY)
                b.frame()
                path = os.path.join(out, "game-%s.png" % name)
                b.picture(path)
                with open(path, "rb") as f:
                    keep(path, f.read())
        if b.errors:
            sys.exit("\n".join(b.errors))


main(*sys.argv[1:])
