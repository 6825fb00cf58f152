# SPDX-License-Identifier: MIT
"""Looks at pages of traces with a real browser: timeline.py DRAW FOLDER, for tests/pages/timeline.sh. DRAW
is the program that makes a page of traces. With PICTURES=DIR in the environment it leaves pictures there."""
import base64
import collections
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
import trace  # noqa: E402

draw, folder = sys.argv[1:3]
pictures = os.environ.get("PICTURES")
count, failed = int(os.environ.get("FIRST", "0")), 0


def is_true(ok, text, *why):
    global count, failed
    count += 1
    failed += not ok
    if not ok:
        print("# %s" % " ".join(str(w) for w in why).replace("\n", "\n# "))
    print("%sok %d - %s" % ("" if ok else "not ", count, text), flush=True)


def same(got, wanted, text):
    is_true(got == wanted, text, "got", got, "wanted", wanted)


def page(name, title, summary, *runs):
    out = os.path.join(folder, name + ".html")
    subprocess.run([draw, out, title, summary, *[a for run in runs for a in run]], check=True)
    return out


def made(kind, model, events=0):
    path = os.path.join(folder, "%s-%s.json" % (kind, model))
    trace.make(path, model, kind, events)
    return model, path


def sums_of(path):
    """Of each lane, in order: its name, and of each category how many spans and how many ns."""
    names, sums, order = {}, collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0])), {}
    with open(path, encoding="utf-8") as f:
        events = json.load(f)["traceEvents"]
    for e in events:
        if e["ph"] == "M" and e["name"] == "process_name":
            continue
        order.setdefault(e["tid"], e["tid"])
        if e["ph"] == "M" and e["name"] == "thread_name":
            names[e["tid"]] = e["args"]["name"]
        if e["ph"] == "M" and e["name"] == "thread_sort_index":
            order[e["tid"]] = e["args"]["sort_index"]
        if e["ph"] == "X":
            s = sums[e["tid"]][e["cat"]]
            s[0] += 1
            s[1] += round(e["dur"] * 1000)
    return [[names.get(tid), {c: list(s) for c, s in sums[tid].items()}] for tid in sorted(order, key=lambda t: (order[t], t))]


SUMS = """timeline.runs.map(r => r.lanes.map(l => {
    const of = {};
    for (const s of l.spans) { of[s.cat] = of[s.cat] || [0, 0]; of[s.cat][0]++; of[s.cat][1] += s.d; }
    return [l.name, of]; }))"""
FLOWS = "timeline.runs.map(r => r.flows.length)"


def compare(b, name, runs):
    same(b.js(SUMS), [sums_of(path) for _, path in runs], name + ": lanes, spans and durations are those of the traces")
    flows = [sum('"ph": "f"' in line or '"ph":"f"' in line for line in open(path, encoding="utf-8")) for _, path in runs]
    same(b.js(FLOWS), flows, name + ": so are the wake-ups")


def quiet(b, name, path):
    same(b.errors, [], name + ": no errors")
    same(set(b.requests), {"file://" + os.path.abspath(path)}, name + ": nothing else is fetched")
    same(b.js("window.harmed"), None, name + ": no text became a script")


# Where the middle of a span is in the window, of a run's longest run spans.
PLACES = """timeline.panels.flatMap(p => p.run.lanes.flatMap(l => l.spans.filter(s => s.kind === 'run')
    .map(s => ({ s, l, p }))).sort((a, b) => b.s.d - a.s.d).slice(0, 8).map(({ s, l, p }) => {
        const c = p.canvas.getBoundingClientRect(), left = 148, width = c.width - left - 1, v = timeline.view;
        return { x: c.left + left + (s.t + s.d / 2 - v.t0) / (v.t1 - v.t0) * width, y: c.top + 30 + l.index * 26 + 13,
                 name: l.name, d: s.d, t: s.t, high: c.top }; }))"""
PIXEL = """(x, y) => { const p = timeline.panels.map(p => p.canvas).find(c => {
    const b = c.getBoundingClientRect(); return y >= b.top && y < b.bottom; });
    const b = p.getBoundingClientRect();
    const one = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    one.drawImage(p, Math.round(x - b.left), Math.round(y - b.top) + 8, 1, 1, 0, 0, 1, 1);
    return [...one.getImageData(0, 0, 1, 1).data].slice(0, 3); }"""
VIEW = "[timeline.view.t0, timeline.view.t1]"


def pixels(b, colour, text):
    b.js("document.getElementById('arrows').checked && document.getElementById('arrows').click()")
    b.frame()
    places = b.js(PLACES)
    got = [b.js("(%s)(%f, %f)" % (PIXEL, p["x"], p["y"])) for p in places]
    b.js("document.getElementById('arrows').click()")
    is_true(len(got) >= 8 and all(g == colour for g in got), text, got)


def keys(b):
    b.js("document.getElementById('view').focus()")
    t0, t1 = b.js(VIEW)
    b.key("+")
    a0, a1 = b.js(VIEW)
    is_true(a1 - a0 < (t1 - t0) * 0.7 and abs((a0 + a1) - (t0 + t1)) < 2, "+ zooms in about the middle", t0, t1, a0, a1)
    b.key("ArrowRight")
    r0, r1 = b.js(VIEW)
    is_true(r0 > a0 and abs((r1 - r0) - (a1 - a0)) < 1, "the right arrow moves on", r0, r1)
    b.key("ArrowLeft")
    is_true(abs(b.js(VIEW)[0] - a0) < 1, "the left arrow moves back")
    b.key("Home")
    is_true(b.js(VIEW)[0] == 0, "Home goes to the beginning")
    b.key("End")
    is_true(abs(b.js(VIEW)[1] - t1) < 1, "End goes to the end")
    b.key("-")
    s0, s1 = b.js(VIEW)
    is_true(s1 - s0 > a1 - a0, "- zooms out")
    for _ in range(60):
        b.key("+")
    z0, z1 = b.js(VIEW)
    is_true(0 < z1 - z0 <= 51, "it can be zoomed to nanoseconds, and no further", z1 - z0)
    b.key("0")
    same(b.js(VIEW), [t0, t1], "0 shows all again")
    b.key("ArrowDown")
    b.key("ArrowDown")
    b.key(".")
    said = b.js("document.getElementById('said').textContent")
    is_true("main" in said and "µs" in said, "the arrows choose a lane, the full stop a span: it is said", said)
    b.key("Enter")
    z0, z1 = b.js(VIEW)
    is_true(z1 - z0 < (t1 - t0) / 4, "Enter zooms to it", z0, z1)
    b.key("Escape")
    b.key("0")
    is_true(b.js("timeline.view.lane === null && document.getElementById('tip').hidden"), "Escape lets go of it")


def mouse(b):
    t0, t1 = b.js(VIEW)
    p = b.js(PLACES)[9]
    under = lambda: b.js("timeline.find(%f, %f).t" % (p["x"], p["y"]))  # noqa: E731
    before = under()
    b.mouse("mouseWheel", p["x"], p["y"], deltaX=0, deltaY=-300)
    b.frame()
    z0, z1 = b.js(VIEW)
    is_true(z1 - z0 < (t1 - t0) * 0.7 and abs(under() - before) < (z1 - z0) / 200, "the wheel zooms about the mouse", z0, z1, before, under())
    b.drag(p["x"], p["x"] - 100, p["y"])
    m0, m1 = b.js(VIEW)
    is_true(m0 > z0 and abs((m1 - m0) - (z1 - z0)) < 1, "dragging moves", z0, m0)
    b.mouse("mouseWheel", p["x"], p["y"], deltaX=-200, deltaY=0)
    b.frame()
    is_true(b.js(VIEW)[0] < m0, "a sideways wheel moves, too")
    b.js("document.querySelector('[data-do=whole]').click()")
    b.frame()
    same(b.js(VIEW), [t0, t1], "a button shows all again")
    b.drag(500, 700, p["y"], shift=True)
    s0, s1 = b.js(VIEW)
    is_true(abs((s1 - s0) / (t1 - t0) - 200 / (b.js("timeline.panels[0].canvas.clientWidth") - 149)) < 0.01, "dragging with Shift selects", s0, s1)
    b.key("0")
    axis = b.js("(b => b.top + 10)(document.getElementById('axis').getBoundingClientRect())")
    b.drag(500, 700, axis)
    is_true(abs(b.js(VIEW)[0] - s0) < (t1 - t0) / 500, "so does dragging on the axis", b.js(VIEW), s0)
    b.key("0")
    p = b.js(PLACES)[9]
    b.mouse("mouseMoved", p["x"], p["y"])
    tip = b.js("document.getElementById('tip').innerText")
    is_true(p["name"] in tip and ("%.1f µs" % (p["d"] / 1000)) in tip, "the tip names lane and duration", tip, p)
    for clicks in (1, 2):
        for what in ("mousePressed", "mouseReleased"):
            b.mouse(what, p["x"], p["y"], button="left", clickCount=clicks)
    b.frame()
    d0, d1 = b.js(VIEW)
    is_true(d0 < p["t"] and d1 > p["t"] + p["d"] and d1 - d0 < 1.5 * p["d"], "a double click zooms to a span", d0, d1, p)
    b.key("Escape")
    b.key("0")


SPAN = """(s => { const p = timeline.panels.find(q => q.run === timeline.view.run), c = p.canvas.getBoundingClientRect();
    const v = timeline.view; return c.left + 148 + (Math.max(s.t, v.t0) - v.t0) / (v.t1 - v.t0) * (c.width - 149); })(timeline.view.span)"""


def follow(b):
    """Zooming and moving with the keyboard keeps what is chosen in the middle, and its tip at it."""
    tip = "(t => [t.hidden, parseFloat(t.style.left)])(document.getElementById('tip'))"
    b.js("document.getElementById('view').focus()")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", ".", ".", ".", "."):
        b.key(key)
    middle = b.js("timeline.view.span.t + timeline.view.span.d / 2")
    for _ in range(6):
        b.key("+")
        t0, t1 = b.js(VIEW)
        hidden, left = b.js(tip)
        if hidden or abs(left - b.js(SPAN) - 14) > 2 or not t0 < middle < t1:
            break
    is_true(not hidden and abs(left - b.js(SPAN) - 14) <= 2, "the tip follows what it is about when one zooms", hidden, left, b.js(SPAN))
    is_true(t0 < middle < t1, "what is chosen stays in sight when one zooms in", t0, middle, t1)
    for _ in range(12):
        b.key("ArrowRight")
    is_true(b.js(tip)[0] or b.js("timeline.view.t1 >= timeline.whole.t1"), "the tip goes when that is out of sight")
    b.key("Escape")
    b.key("0")


def fingers(b, path):
    b.open(path, touch=True)
    p = b.js(PLACES)[9]
    b.tap(p["x"], p["y"])
    tip = b.js("document.getElementById('tip').hidden || document.getElementById('tip').innerText")
    is_true(tip is not True and p["name"] in tip, "a tap tells what is there", tip)
    b.tap(20, 20)
    is_true(b.js("document.getElementById('tip').hidden"), "a tap elsewhere ends that")
    b.open(path)


# A picture in SVG from the midst of the longest span on: the texts in it, with x and what they begin at.
LABELS = """(() => { const run = timeline.runs[1], s = run.lanes.flatMap(l => l.spans).filter(s => s.cat === 'wait')
    .sort((a, b) => b.d - a.d)[0], p = new timeline.SvgPainter();
    timeline.draw_panel(p, { t0: s.t + s.d / 2, t1: s.t + s.d }, run, { width: 1000, gutter: 148, height: timeline.panel_height(run),
        scroll: 0, arrows: false, chosen: null, marked: null });
    return [s.name, p.out.filter(t => t.includes('text-anchor="start"')).map(t => [+/x="([-0-9.]+)"/.exec(t)[1], t])]; })()"""


def labels(b):
    name, texts = b.js(LABELS)
    is_true(any(name in t for _, t in texts) and all(x >= 148 for x, _ in texts), "labels are whole at the left edge", name, texts)
    is_true(b.js("[...document.querySelectorAll('.panel .fact')].every(f => f.getClientRects().length === 1)"),
            "no fact of a title is broken")
    is_true(1 <= b.js("document.querySelectorAll('#legend li').length") <= 7, "the legend has seven entries at most")


def waits(b):
    """Hovering over each wait of a lane tells its name, what it is for, and its place."""
    tips = b.js("""timeline.panels[0].run.lanes[2].spans.filter(s => s.cat === 'wait' && s.d > 20000).map(s => {
        const p = timeline.panels[0], c = p.canvas.getBoundingClientRect(), v = timeline.view;
        const x = c.left + 148 + (s.t + s.d / 2 - v.t0) / (v.t1 - v.t0) * (c.width - 149), y = c.top + 30 + 2 * 26 + 13;
        p.canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: x, clientY: y, bubbles: true }));
        return [s.name, s.args.on, s.args.at, document.getElementById('tip').innerText]; })""")
    wrong = [t for t in tips if not all(part in t[3] for part in t[:3]) or
             (t[0] == "mutex_lock" and t[1] and "held by " + t[1] not in t[3])]
    is_true(len(tips) > 3 and not wrong, "the tips of waits: kind, what for, place", wrong)


def colours(b, path):
    back = "getComputedStyle(document.documentElement).backgroundColor"
    light = b.js(back)
    b.open(path, dark=True)
    dark = b.js(back)
    is_true(light == "rgb(251, 250, 246)" and dark != light, "dark where the system is", light, dark)
    pixels(b, [0x4a, 0x9f, 0xd4], "runs are drawn in the dark's colour")
    b.js("document.querySelector('#theme input[value=light]').click()")
    b.frame()
    same(b.js(back), light, "the switch makes it light")
    pixels(b, [0x1d, 0x67, 0x95], "the picture, too")
    b.open(path, dark=True)
    same(b.js(back), light, "the choice is kept")
    b.js("document.querySelector('#theme input[value=\"\"]').click()")
    is_true(b.js("""Object.values([...document.querySelectorAll('#legend pattern, pattern')].reduce((o, p) => {
        o[p.innerHTML] = 1; return o; }, {})).length >= 10"""), "kinds have patterns of their own")


def shape(b, path):
    for width in (1400, 768, 400, 320):
        b.open(path, width=width, height=900)
        same(b.js("document.documentElement.scrollWidth <= innerWidth"), True, "%d wide: nothing sticks out" % width)
        is_true(b.js("timeline.panels.every(p => p.canvas.clientWidth > %d)" % (width * 0.8)), "%d wide: the lanes use the room" % width)
    b.open(path)
    b.call("Emulation.setEmulatedMedia", media="print")
    b.js("dispatchEvent(new Event('beforeprint'))")
    same(b.js("[...document.querySelectorAll('#print svg')].filter(s => s.checkVisibility()).length"), 4, "on paper: the lanes and axes as SVG")
    lanes = b.js("timeline.runs.flatMap(r => r.lanes.map(l => l.name)).filter(n => n.length < 12)")
    texts = b.js("[...document.querySelectorAll('#print text')].map(t => t.textContent)")
    is_true(all(n in texts for n in lanes), "on paper: with the names", texts)
    same(b.js("document.getElementById('view').checkVisibility()"), False, "on paper: without what is for screens")
    b.call("Emulation.setEmulatedMedia", media="screen")
    pdf = base64.b64decode(b.call("Page.printToPDF", printBackground=True)["data"])
    is_true(pdf.startswith(b"%PDF") and 10000 < len(pdf) < 1000000, "it can be printed, in less than 1 MB", len(pdf))
    same(b.js("[...document.querySelectorAll('#print .pair')].map(p => p.querySelectorAll('figure').length)"), [2], "on paper: two on a page")


def without_script(b, path):
    b.scripts(False)
    b.open(path)
    text = b.js("document.body.innerText")
    is_true(all(w in text for w in ("scripts are off", "worker 1", "preemptive: time by lane", "wait")), "without scripts it is text", text[:2000])
    same(b.js("document.querySelector('.view').checkVisibility()"), False, "without scripts: no empty picture")
    b.scripts(True)
    b.open(path)


def kernel(b):
    """What the kernel says of threads is drawn, not what the library takes for running."""
    path = os.path.join(folder, "kernel.json")
    trace.kernel(path)
    coop = made("small", "cooperative")
    out = page("kernel", "Kernel", "", ("preemptive", path), coop)
    b.open(out)
    same(b.js("timeline.runs.map(r => r.model)"), ["cooperative", "preemptive"], "kernel: the cooperative run comes first")
    run = "timeline.runs[1]"
    same(b.js(run + ".lanes.map(l => [...new Set(l.spans.map(s => s.kind))])"),
         [["poll"], ["cpu", "blocked"], ["cpu", "preempted"], ["cpu"], ["cpu", "blocked"], ["cpu", "blocked"]], "kernel: on a CPU, preempted, blocked")
    same(b.js("""['producer 1', 'producer of all'].map(s => { const p = new timeline.SvgPainter(); p.text(s, 0, 0, { width: 60 });
        return p.out[0].replace(/<[^>]*>/g, ''); })"""), ["produc… 1", "producer…"], "a title that is cut keeps its number")
    same(b.js(run + ".end"), 1000000, "kernel: what it says when the run is over stretches no axis")
    same(b.js(run + ".most"), 2, "kernel: no more at once than there are CPUs")
    same(b.js("Math.max(...%s.steps.map(s => s.n))" % run), 2, "kernel: at no moment")
    is_true("on a CPU at once" in b.js("timeline.panels[1].section.innerText"), "kernel: the panel says what it counts")
    is_true("what the kernel recorded" in b.js("document.getElementById('meta').textContent"), "kernel: the page says who says so")
    same(b.js("timeline.moment().m.args.text"), "wrote 1,010: an update is lost", "kernel: the moment that decides is the note")
    moment = b.js("document.getElementById('moment').innerText")
    is_true("Look here" in moment and "an update is lost" in moment and "350" in moment, "kernel: it is said in words", moment)
    texts = b.js("""(() => { const p = new timeline.SvgPainter(), r = timeline.runs[1]; timeline.draw_panel(p, { t0: 0, t1: 1000000 }, r, { width: 1000,
        gutter: 148, height: timeline.panel_height(r), scroll: 0, arrows: false, chosen: null, marked: null, moment: timeline.moment() });
        return p.out.filter(t => t.startsWith('<text')).map(t => t.replace(/<[^>]*>/g, '')); })()""")
    is_true(all(any(w in t for t in texts) for w in ("blocked: sem_wait on fork 3", "preempted", "read 1,000", "look here")),
            "kernel: names, notes and the arrow are drawn", texts)
    b.js("document.getElementById('there').click()")
    b.frame()
    t0, t1 = b.js(VIEW)
    is_true(t0 < 350000 < t1 and t1 - t0 < 200000, "kernel: a button goes to the moment", t0, t1)
    same(b.js("document.activeElement.id"), "view", "kernel: the keyboard is there then")
    trace.kernel(path, "sampled")
    out = page("kernel", "Kernel", "", ("preemptive", path))
    b.open(out)
    is_true("sampled" in b.js("document.getElementById('meta').textContent"), "kernel: sampled is said, too")
    quiet(b, "kernel", out)
    if pictures:
        b.picture(os.path.join(pictures, "kernel.png"), whole=True)


def as_text(b):
    roles = b.roles()
    is_true(("heading", "Race") in roles and any(r == "table" for r, _ in roles), "headings and tables for screen readers")
    is_true(all(name for role, name in roles if role in ("button", "radio", "checkbox", "image", "img")), "what can be used has a name",
            [r for r in roles if not r[1]])
    levels = b.js("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
    is_true(levels[0] == 1 and all(y - x <= 1 for x, y in zip(levels, levels[1:])), "headings skip no level", levels)
    row = b.js("[...document.querySelectorAll('#tables tbody tr')].map(r => r.innerText).find(t => t.startsWith('worker 1'))")
    is_true(row and "13" in row.split() and "µs" in row, "a lane's row of the table", row)
    b.js("document.getElementById('spans').open = true")
    b.until("document.querySelectorAll('#spans tbody tr').length > 50")
    is_true(True, "the spans in sight as a table")


def small(b):
    runs = [made("small", m) for m in ("cooperative", "preemptive")]
    path = page("small", "Race", "What is seen.\n\n          preemptive  cooperative\n  lost           188            0\n", *runs)
    b.open(path)
    same(b.js("timeline.panels.map(p => p.section.querySelector('strong').textContent)"), ["cooperative", "preemptive"],
         "the cooperative run is above the preemptive one")
    same(b.js("[...document.querySelectorAll('.summary tr')].map(r => r.innerText.trim().split(/\\s+/))"),
         [["preemptive", "cooperative"], ["lost", "188", "0"]], "the summary is a table")
    is_true(b.js("document.getElementById('meta').textContent").endswith(
        "top: cooperative, bottom: preemptive, same time axis, one sample run each"), "the head says what is where")
    compare(b, "small", runs)
    same(b.js("timeline.runs.map(r => r.most > 1)"), [False, True], "one at a time, or several at once")
    pixels(b, [0x1d, 0x67, 0x95], "runs are drawn where they are")
    keys(b)
    mouse(b)
    follow(b)
    labels(b)
    waits(b)
    as_text(b)
    colours(b, path)
    shape(b, path)
    quiet(b, "small", path)
    fingers(b, path)
    without_script(b, path)
    for width, dark in ((1400, False), (1400, True), (400, False), (400, True)) if pictures else ():
        b.open(path, width=width, dark=dark)
        b.picture(os.path.join(pictures, "small-%d-%s.png" % (width, "dark" if dark else "light")), whole=True)


def names(b):
    bad = "</title></style></script><script>window.harmed=1</script>"
    runs = [made("names", "cooperative"), made("cut", "preemptive")]
    path = page("names", bad, bad + "\n\na\t" + bad + "\nb\t\udcff\udcfe\udcc0", *runs)
    b.open(path)
    same(b.js("document.title"), bad, "names: the title is text")
    same(b.js("timeline.runs[0].lanes.slice(2).map(l => l.name)"), trace.NAMES, "names: lanes have theirs")
    is_true(b.js("document.querySelector('.summary').innerText").endswith("\ufffd\ufffd\ufffd"), "names: what is no text is marked")
    is_true(b.js("timeline.runs[1].cut && timeline.runs[1].spans > 80"), "a trace without its end is shown as far as it goes")
    quiet(b, "names", path)


def groups(b):
    made("small", "preemptive"), made("small", "cooperative")
    runs = [("%s: %s" % (g, m), os.path.join(folder, "%s-%s.json" % (k, m))) for g, k in (("one", "small"), ("two", "cut"))
            for m in ("cooperative", "preemptive")]
    made("cut", "preemptive"), made("cut", "cooperative")
    path = page("groups", "Groups", "", *runs)
    b.open(path)
    seen = "timeline.panels.filter(p => p.section.checkVisibility()).map(p => p.run.label)"
    same(b.js(seen), ["one: cooperative", "one: preemptive"], "groups: the first is shown, cooperatively first whatever the order")
    b.js("document.querySelector('#groups input[value=two]').click()")
    b.frame()
    same(b.js(seen), ["two: cooperative", "two: preemptive"], "groups: another can be chosen")
    is_true(b.js("timeline.whole.t1 < Math.max(...timeline.runs.map(r => r.end))"), "groups: each has its own range")
    quiet(b, "groups", path)


def large(b):
    runs = [made("large", m, 60000) for m in ("cooperative", "preemptive")]
    path = page("large", "Large", "", *runs)
    b.open(path)
    is_true(b.js("timeline.runs.every(r => r.spans > 60000)"), "large: %d spans" % b.js("timeline.runs.reduce((n, r) => n + r.spans, 0)"))
    compare(b, "large", runs)
    b.js("document.getElementById('view').focus()")
    slowest = 0
    for key in ["+", "-"] * 3 + ["+"] * 12:
        b.key(key)
        slowest = max(slowest, b.js("timeline.last_draw()"))
    is_true(slowest < 1000, "large: drawn in %d ms at worst" % slowest, slowest)
    quiet(b, "large", path)
    if pictures:
        b.key("0")
        b.picture(os.path.join(pictures, "large.png"))


with browser.Browser(60 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", "1"))) as it:
    for test in (small, kernel, names, groups, large):
        test(it)
print("1..%d" % count)
sys.exit(failed > 0)
