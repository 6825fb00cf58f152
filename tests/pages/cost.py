# SPDX-License-Identifier: MIT
"""Looks at the page of costs with a real browser: cost.py LAB FOLDER, for tests/pages/cost.sh. Its numbers are made here. With
PICTURES=DIR in the environment it leaves pictures there."""
import base64
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402

lab, folder = sys.argv[1:3]
pictures = os.environ.get("PICTURES")
count = failed = 0
SERVERS = ("coroutines", "threads", "epoll", "preemptive")
AXES = {"connections": [1, 10, 100, 500, 2000, 5000], "computing": [0, 10, 100, 1000], "size": [64, 1024, 8192, 65536], "cpus": [1, 2]}
BASE = {"connections": 100, "computing": 0, "size": 64, "cpus": 2}
UNITS = {"throughput": "requests/s", "latency p99": "ns", "memory": "KiB", "context switches": "switches/request",
         "blocked": "switches/request", "preempted": "switches/request"}


def is_true(ok, text, *why):
    global count, failed
    count += 1
    failed += not ok
    if not ok:
        print("# %s" % " ".join(str(w) for w in why).replace("\n", "\n# "))
    print("%sok %d - %s" % ("" if ok else "not ", count, text), flush=True)


def same(got, wanted, text):
    is_true(got == wanted, text, "got", got, "wanted", wanted)


def planted(server, metric, at):
    """Threads begin with less memory than coroutines, and end with more; epoll hardly switches."""
    i, n = SERVERS.index(server), at["connections"]
    return {"throughput": 1e9 / (1e4 + 1000 * at["computing"] + at["size"]) * (1 + i / 3) * at["cpus"],
            "latency p99": 1e4 * n * (4 - i), "memory": (3072 + 4 * n, 2048 + 10 * n, 2048, 3000 + 4 * n)[i],
            "context switches": (1.5, 1.0, .05, 2.0)[i], "blocked": (1.0, .75, .05, 1.5)[i], "preempted": (.5, .25, 0, .5)[i]}[metric]


def cell(at):
    servers = []
    for s in SERVERS:
        hung = s == "threads" and at["connections"] == 5000 and at["cpus"] == 1
        results = [{"name": m, "unit": u, "samples": [] if hung else [round(planted(s, m, at) * f, 4) for f in (.98, 1, 1.01)]}
                   for m, u in UNITS.items()]
        servers.append({"name": s, "why": "it <hung> up" if hung else "", "results": results})
    return {**at, "servers": servers}


def make(name, busy, notes=()):
    places = {tuple({**BASE, "cpus": c, a: v}.items()) for a, values in AXES.items() for v in values for c in (1, 2)}
    numbers = {"demo": "cost", "machine": {"cpus": 2, "busy": busy}, "load": {"value": 150000000}, "took": {"value": 99},
               "base": BASE, "axes": [{"name": a, "values": v} for a, v in AXES.items()],
               "cells": [cell(dict(p)) for p in sorted(places)], "notes": list(notes)}
    path = os.path.join(folder, name + ".json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(numbers, f)
    page = os.path.join(folder, name + ".html")
    subprocess.run([lab, "--cost", "--numbers", path, page], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return page


def texts(b, selector):
    return b.js("[...document.querySelectorAll(%r)].map(e => e.textContent.replace(/\\s+/g, ' ').trim())" % selector)


def in_words(b, page):
    b.open(page)
    crossings = texts(b, ".crossings li")
    is_true("From 500 connections on, threads need more memory than coroutines; up to 100 connections it is the other way round. "
            "(all 2 CPUs)" in crossings, "a crossing is named", crossings)
    is_true("No crossing was measured with 1 CPU." in crossings, "and where there is none", crossings)
    same(texts(b, ".warning"), ["! 5,000 connections <are> many"], "what was not possible is said")
    facts = texts(b, ".meta")[0]
    is_true("2 CPUs" in facts and "in 99 s" in facts and "the median of 3 samples of 150 ms" in facts, "how it was measured is said", facts)
    words = texts(b, "section.axis-connections .charts:first-of-type figure:nth-child(3) li")
    same(len(words), 6, "below a chart each pair is compared in words")
    is_true("No crossing was measured: coroutines need more memory than the epoll machine at every point." in words, "also without a crossing", words)


def twins(b, page):
    b.open(page)
    same(b.js("document.querySelectorAll('figure .chart').length"), 28, "28 charts: four for each axis, with 1 CPU and all")
    same(b.js("""[...document.querySelectorAll('figure')].every(f => {
        const points = f.querySelectorAll('.column').length, rows = [...f.querySelectorAll('tbody tr')];
        return rows.length === points && rows.every(r => r.cells.length === 5 && r.cells[0].matches('th[scope=row]')) &&
            f.querySelector('caption').textContent.startsWith(f.querySelector('.chart').getAttribute('aria-label')); })"""), True,
         "each has a table of all its points")
    rows = texts(b, "section.axis-connections figure:nth-child(3) tbody tr")
    is_true(rows[1].startswith("10 connections3.0 MiB3.0 MiB to 3.1 MiB2.1 MiB2.1 MiB to 2.1 MiB"), "with median, least and most", rows)
    none = texts(b, "section.axis-connections .charts:last-child figure:nth-child(1) tbody tr:last-child td")
    same(none[1], "noneit <hung> up", "where a server could not serve, it says why")
    is_true("1.00 blocked, 0.50 preempted" in texts(b, "section.axis-size figure:nth-child(4) tbody td")[0], "switches: blocked and preempted")


# Of the first chart: the marks of a server from left to right.
MARKS = "[...document.querySelectorAll('figure:nth-child(%d) .chart')][%d].querySelectorAll('.s%d use')"


def drawn(b, page):
    b.open(page)
    ys = b.js("[...%s].map(u => Number(u.getAttribute('y')))" % (MARKS % (2, 0, 0)))
    is_true(len(ys) == 6 and ys == sorted(ys, reverse=True), "a longer latency is higher", ys)
    same(b.js("%s.length" % (MARKS % (1, 1, 1))), 5, "a point that is missing is not drawn")
    # A sample of .98, one of 1 (the mark) and one of 1.01: the bar goes down twice as far as up.
    down, up = b.js("""(g => { const use = g.querySelectorAll('use')[2], y = Number(use.getAttribute('y'));
        const [, from, to] = g.querySelectorAll('.spread')[2].getAttribute('d').match(/ (.*)V(.*)/);
        return [from - y, y - to]; })(document.querySelector('section.axis-size figure:nth-child(3) .chart .s0'))""")
    is_true(up > 0 and 1.5 < down / up < 2.7, "the bar through a mark goes from the least to the most sample", down, up)
    captions = texts(b, "section.axis-connections .charts:first-of-type figcaption")
    is_true("log scale" in captions[1] and "log scale" not in captions[3], "a logarithmic scale is said to be one", captions)
    same(b.js("""[...document.querySelectorAll('.chart')].every(c => { const box = c.getBoundingClientRect();
        return [...c.querySelectorAll('text, use, .spread')].every(e => { const r = e.getBoundingClientRect();
            return r.left >= box.left - 1 && r.right <= box.right + 1 && r.top >= box.top - 1 && r.bottom <= box.bottom + 1; }); })"""), True,
         "nothing is drawn beside a chart")
    same(b.js("new Set([0, 1, 2, 3].map(i => getComputedStyle(document.querySelector('.s' + i + ' .line')).stroke)).size"), 4, "four colours")


def by_keys(b, page):
    b.open(page)
    for _ in range(20):
        b.key("Tab")
        if b.js("document.activeElement.matches('.chart')"):
            break
    b.key("ArrowRight")
    b.key("ArrowRight")
    said = texts(b, ".readout")[0]
    is_true(said.startswith("10 connections: coroutines ") and "preemptive " in said, "arrow keys read a chart's points out", said)
    b.key("End")
    is_true(texts(b, ".readout")[0].startswith("5,000 connections:"), "End goes to the last")
    b.js("document.querySelector('.servers button:nth-child(2)').focus()")
    b.key(" ")
    same(b.js("""[document.querySelector('.servers [aria-pressed=true]').textContent.trim(),
        getComputedStyle(document.querySelector('.chart .s0')).opacity < .5, getComputedStyle(document.querySelector('.chart .s1')).opacity]"""),
         ["threads", True, "1"], "a server is brought out")
    b.key(" ")
    same(b.js("document.querySelectorAll('[aria-pressed=true]').length"), 0, "and no longer")


def by_touch(b, page):
    b.open(page, width=400, touch=True)
    x, y = b.js("""(c => { c.scrollIntoView({ block: 'center' }); const r = c.getBoundingClientRect();
        return [r.left + r.width / 2, r.top + r.height / 2]; })(document.querySelectorAll('.column')[8])""")
    b.tap(x, y)
    is_true(texts(b, ".readout")[1].startswith("100 connections:"), "a tap reads a point out", texts(b, ".readout")[:3])


def read_aloud(b, page):
    b.open(page)
    roles = b.roles()
    images = [n for r, n in roles if r in ("image", "img")]
    is_true(len(set(images)) == 28 and "Memory by connections, all 2 CPUs" in images, "each chart has a name of its own", images)
    same([n for r, n in roles if r == "button"], list(SERVERS), "servers are buttons")
    headings = [n for r, n in roles if r == "heading"]
    is_true({"Crossing points", "Connections", "Computing for each request", "Size of a message", "CPUs", "How it was measured"} <= set(headings),
            "there are headings", headings)
    b.js("document.querySelector('figure details').open = true; 0")
    b.frame()
    is_true(("table", "Throughput by connections, all 2 CPUs: the median, and from the least to the most") in b.roles(), "a table has its caption")


def shapes(b, page):
    backs = []
    for width in (400, 1280):
        for dark in (False, True):
            b.open(page, width=width, dark=dark)
            b.js("document.querySelectorAll('details').forEach((d, i) => { d.open = i === 3; })")
            b.frame()
            wide = b.js("document.documentElement.scrollWidth")
            is_true(wide <= width, "it fits %d px, %s" % (width, "dark" if dark else "light"), wide)
            backs.append(b.js("getComputedStyle(document.documentElement).backgroundColor"))
            if pictures:
                b.picture(os.path.join(pictures, "cost-%d-%s.png" % (width, "dark" if dark else "light")), whole=True)
    is_true(backs[0] != backs[1], "dark and light differ", backs)


def paper(b, page):
    b.open(page)
    pdf = base64.b64decode(b.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
    is_true(pdf.startswith(b"%PDF") and 20000 < len(pdf) < 1000000, "on paper less than 1 MB", len(pdf))
    b.call("Emulation.setEmulatedMedia", media="print")
    b.frame()
    same(b.js("[...document.querySelectorAll('.chart')].filter(e => e.checkVisibility()).length"), 28, "with all charts")
    same(b.js("[...document.querySelectorAll('.pick, .keys, figure details')].filter(e => e.checkVisibility()).length"), 0,
         "without what can be pressed")
    b.call("Emulation.setEmulatedMedia", media="screen")


def without_script(b, page):
    b.scripts(False)
    b.open(page)
    text = b.js("document.body.textContent")
    is_true(all(w in text for w in ("From 500 connections on, threads need more memory", "1.00 blocked", "How it was measured")) and
            b.js("document.querySelector('.chart').checkVisibility()"), "without scripts: words, charts, numbers")
    b.scripts(True)


def busy(b):
    b.open(make("busy", .3))
    same(texts(b, ".warning"), ["! The machine was busy: other programs had 30 % of its CPU time meanwhile. Measure again when it is quiet "
                                "before you believe small differences."], "a busy machine is named")


with browser.Browser(60 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", "1"))) as it:
    path = make("quiet", .01, ["5,000 connections <are> many"])
    for test in (in_words, twins, drawn, by_keys, by_touch, read_aloud, shapes, paper, without_script):
        test(it, path)
    busy(it)
    same(it.errors, [], "no errors")
    is_true(all(r.startswith(("file:", "data:")) for r in it.requests), "nothing was fetched from anywhere", it.requests)
print("1..%d" % count)
sys.exit(failed > 0)
