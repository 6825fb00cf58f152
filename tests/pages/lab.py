# SPDX-License-Identifier: MIT
"""Looks at the lab's page with a real browser: lab.py DRAW LAB FOLDER FIRST, for tests/pages/lab.sh. Its demo is a script, named
as a lesson is, whose timeline is made of traces that are known."""
import base64
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
import paper  # noqa: E402
import trace  # noqa: E402

draw, lab, folder = sys.argv[1:4]
count = int(sys.argv[4])
pictures = os.environ.get("PICTURES")
failed = 0
SCRIPT = """#!/bin/sh
'%s' "$4" Race '{"caption":"of 5 runs","models":["cooperative","preemptive"],"variants":[{"name":"one","title":"first"}],
"rows":[{"variant":"one","what":"lost here","values":["0","7"]}]}' 'one: cooperative' '%s' 'one: preemptive' '%s' &&
echo '{"demo":"race","title":"Race: due every 5 ms, for as long as a class of thirty patient students can bear to watch it",
"lesson":"None.","models":["cooperative","preemptive"],"variants":[{"name":"one","title":"first","see":"Nothing."}],
"rows":[{"variant":"one","what":"lost","values":["0","1,234"]}],"results":[
{"name":"one","model":"cooperative","verdict":{"ok":true,"text":"all money is there"}},
{"name":"one","model":"preemptive","verdict":{"ok":false,"text":"1,234 lost"}}],"notes":[]}'
"""


def is_true(ok, text, *why):
    global count, failed
    count += 1
    failed += not ok
    if not ok:
        print("# %s" % " ".join(str(w) for w in why).replace("\n", "\n# "))
    print("%sok %d - %s" % ("" if ok else "not ", count, text), flush=True)


def same(got, wanted, text):
    is_true(got == wanted, text, "got", got, "wanted", wanted)


def make(*options):
    demos, out = os.path.join(folder, "looked"), os.path.join(folder, "page")
    os.makedirs(demos, exist_ok=True)
    traces = [os.path.join(folder, m + ".json") for m in ("cooperative", "preemptive")]
    trace.make(traces[0], "cooperative", "small", 0)
    trace.kernel(traces[1])
    with open(os.path.join(demos, "race"), "w", encoding="utf-8") as f:
        f.write(SCRIPT % (os.path.abspath(draw), *traces))
    os.chmod(os.path.join(demos, "race"), 0o755)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "race.play.html"), "w", encoding="utf-8") as f:
        f.write("<title>Game</title><p>the game</p>")
    subprocess.run([lab, "--out", out, "--from", demos, *options, "race"], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(out, "index.html")


def seen(b, what):
    return b.js("document.querySelector('%s').checkVisibility()" % what)


# The parts of a lesson, from top to bottom.
ORDER = """['.vote', '.view', '.moment', '.summary table', '.large table', '.game iframe', '.code pre']
    .map(s => Math.round(document.querySelector(s).getBoundingClientRect().top))"""


def vote(b, path):
    b.open(path)
    same([seen(b, s) for s in (".vote", ".answer", ".view", ".large table")], [True, False, False, False],
         "student: the question is open, answer and results are sealed")
    # by the keyboard alone: from the top to the first choice, one on, and the button
    for _ in range(12):
        b.key("Tab")
        if b.js("document.activeElement.closest('.vote') !== null"):
            break
    b.key(" ")
    b.key("ArrowDown")
    b.key("ArrowDown")
    b.key("Tab")
    b.key("Enter")
    b.frame()
    same([seen(b, s) for s in (".answer", ".view", ".large table")], [True, True, True], "a vote by keyboard opens them")
    is_true("✓ Right" in b.js("document.querySelector('.said-vote').textContent") and
            "only preemptively" in b.js("document.querySelector('.said-vote').textContent"), "the vote is judged",
            b.js("document.querySelector('.said-vote').textContent"))
    is_true(b.js("document.querySelector('.vote input').disabled"), "one votes once")
    same(b.js("document.querySelectorAll('details.timeline').length"), 0, "the timeline is open")
    tops = b.js(ORDER)
    same(tops, sorted(tops), "question, run, moment, its table, larger runs, game, code")
    is_true(b.js("timeline.panels.every(p => p.canvas.getContext('2d').getImageData(0, 0, p.canvas.width, 60).data.some(v => v))"),
            "what was sealed is drawn")
    same(b.js("[...document.querySelectorAll('.large td.verdict')].map(d => [d.className, d.textContent])"),
         [["verdict right", "✓ right all money is there"], ["verdict wrong", "✗ wrong 1,234 lost"]], "verdicts: a sign, words, a colour")
    same(b.js("new Set([...document.querySelectorAll('.large td.verdict b')].map(e => getComputedStyle(e).color)).size"), 2, "two colours")
    same(b.js("[...document.querySelectorAll('.summary .caption, .summary td')].map(e => e.textContent)"),
         ["of 5 runs", "", "0", "7"], "the table of the runs drawn is below them")
    same(b.js("localStorage.length"), 0, "the vote stays in the page")
    b.open(path)
    same(seen(b, ".answer"), False, "another visit begins anew")


def read_aloud(b, path):
    b.open(path)
    roles = b.roles()
    radios = [n for r, n in roles if r == "radio" and "model" in n + "models" and n not in ("auto", "light", "dark")]
    same(radios, ["in neither model", "only cooperatively", "only preemptively", "in both models"], "choices have names")
    is_true(("group", "What do you predict?") in roles, "they are a group with a name", [r for r in roles if r[0] == "group"])
    is_true(not any("lost" in n for r, n in roles if r == "cell"), "what is sealed is not read aloud")
    b.js("document.querySelector('.vote input').click(), document.querySelector('.vote button').click()")
    b.frame()
    roles = b.roles()
    is_true(any("Not so" in n for _, n in roles), "the verdict is", [r for r in roles if "predict" in r[1]])
    is_true(all(n for r, n in roles if r in ("button", "radio", "checkbox", "image", "img", "Iframe", "link")), "all that can be used has a name",
            [r for r in roles if not r[1]])
    levels = b.js("[...document.querySelectorAll('h1,h2,h3,h4')].filter(h => h.checkVisibility()).map(h => +h.tagName[1])")
    is_true(levels[0] == 1 and all(y - x <= 1 for x, y in zip(levels, levels[1:])), "headings skip no level", levels)
    ids = b.js("[...document.querySelectorAll('[id]')].map(e => e.id)")
    same(len(ids), len(set(ids)), "no id twice")


def shapes(b, path):
    for width in (1280, 400, 320):
        for dark in (False, True):
            b.open(path, width=width, dark=dark)
            b.js("document.querySelector('.vote input').click(), document.querySelector('.vote button').click()")
            b.frame()
            same(b.js("document.documentElement.scrollWidth <= innerWidth"), True, "%d wide, %s: nothing sticks out" % (width, "dark" if dark else "light"))
            if pictures:
                b.picture(os.path.join(pictures, "lab-%d-%s.png" % (width, "dark" if dark else "light")), whole=True)
    same(b.js("getComputedStyle(document.documentElement).backgroundColor"), "rgb(20, 23, 26)", "dark where the system is")
    b.open(path)
    same(b.js("""[...document.querySelectorAll('.demo h2')].every(h => { const r = document.createRange(), t = h.firstChild,
        at = t.data.indexOf('5'); r.setStart(t, at); r.setEnd(t, at + 4); return r.getClientRects().length === 1; })"""), True,
         "a title keeps a number with its unit")


def on_paper(b, path):
    b.open(path)
    pdf = base64.b64decode(b.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
    is_true(pdf.startswith(b"%PDF") and 20000 < len(pdf) < 1000000, "on paper less than 1 MB", len(pdf))
    b.call("Emulation.setEmulatedMedia", media="print")
    b.js("dispatchEvent(new Event('beforeprint'))")
    same(b.js("[...document.querySelectorAll('.print figure svg')].filter(s => s.checkVisibility()).length"), 4, "on paper: the timelines, sealed or not")
    b.js("dispatchEvent(new Event('afterprint'))")
    b.call("Emulation.setEmulatedMedia", media="screen")
    same(seen(b, ".answer"), False, "and afterwards they are sealed again")


PAIRS = 20  # as many as the lab's page has


def many_on_paper(b):
    """Two timelines stand on each page that has any, the two of a variant, and all of the lab's is below 1 MB."""
    demos, out = os.path.join(folder, "papers"), os.path.join(folder, "many")
    os.makedirs(demos, exist_ok=True)
    script = "#!/bin/sh\n'%s' \"$4\" Race ''" % os.path.abspath(draw)
    for i in range(PAIRS):
        for model in ("cooperative", "preemptive"):
            path = os.path.join(folder, "paper-%d-%s.json" % (i, model))
            trace.make(path, model, "small", i)
            script += " 'v%d: %s' '%s'" % (i, model, path)
    with open(os.path.join(demos, "race"), "w", encoding="utf-8") as f:
        f.write(script + """ && echo '{"demo":"race","title":"Race","lesson":"","models":[],"variants":[],"rows":[],"results":[],"notes":[]}'\n""")
    os.chmod(os.path.join(demos, "race"), 0o755)
    subprocess.run([lab, "--out", out, "--from", demos, "race"], check=True, stdout=subprocess.DEVNULL)
    b.open(os.path.join(out, "index.html"))
    printed = paper.Paper(b.paper(os.path.join(folder, "many.pdf")))
    captions = [c for c in (re.findall(r"^(v\d+): (cooperative|preemptive): ", text, re.M) for text in printed.pages) if c]
    same(captions, [[("v%d" % i, "cooperative"), ("v%d" % i, "preemptive")] for i in range(PAIRS)],
         "on paper: two timelines a page, those of a variant")
    is_true(printed.size < 850000, "on paper: as many timelines as the lab has are less than 1 MB, with room", printed.size)


def without_script(b, path):
    b.scripts(False)
    b.open(path)
    text = b.js("document.body.innerText")
    is_true(all(w in text for w in ("What do you predict?", "only preemptively", "one: preemptive: time by lane", "1,234", "an update is lost")),
            "without scripts: question, answer, timeline and table as text", text)
    b.scripts(True)


def editions(b):
    path = make("--edition", "teacher", "--slides")
    b.open(path)
    same([seen(b, s) for s in (".vote", ".answer", ".view", ".large table")], [True] * 4, "teacher: all is shown")
    b.open(path.replace("index", "slides"))
    steps = "[...document.querySelectorAll('.step')].filter(s => s.checkVisibility()).map(s => s.className.split(' ').find(c => c !== 'step') || 'run')"
    shown = []
    for _ in range(6):
        shown.append(b.js(steps))
        b.key("ArrowRight")
    shown.append(b.js(steps))
    same(shown, [["intro"], ["vote"], ["run"], ["summary"], ["large"], ["game"], ["code"]] if shown[2] == ["run"] else
         [["intro"], ["vote"], ["now"], ["summary"], ["large"], ["game"], ["code"]], "slides: one idea a screen, arrow keys")
    b.key("ArrowLeft")
    same(b.js(steps), ["game"], "slides: and back")
    b.key("Home")
    b.key("ArrowRight")
    b.key("ArrowRight")
    if pictures:
        b.picture(os.path.join(pictures, "slide.png"))
    same(b.js("timeline.panels.every(p => p.canvas.clientWidth > 600)"), True, "slides: the timeline is drawn")


with browser.Browser(60 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", "1"))) as it:
    page = make()
    for test in (vote, read_aloud, shapes, on_paper, without_script):
        test(it, page)
    many_on_paper(it)
    editions(it)
    same(it.errors, [], "no errors")
print("1..%d" % count)
sys.exit(failed > 0)
