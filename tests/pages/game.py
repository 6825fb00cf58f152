# SPDX-License-Identifier: MIT
"""Plays pages of cigo-explore --play in a real browser: game.py RACE INTERLEAVE FORKS PRODCONS FOLDER, for tests/pages/game.sh.
With PICTURES=DIR in the environment it leaves pictures there."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402

race, interleave, forks, prodcons, folder = sys.argv[1:6]
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


def click(b, selector):
    """With the mouse, in the middle of what is there."""
    x, y = b.js("""(e => { e.scrollIntoView({ block: 'center' }); const r = e.getBoundingClientRect();
        return [r.left + r.width / 2, r.top + r.height / 2]; })(document.querySelector(%r))""" % selector)
    for what in ("mousePressed", "mouseReleased"):
        b.mouse(what, x, y, button="left", clickCount=1)
    b.frame()


def text(b, name):
    return " ".join(b.js("document.getElementById(%r).innerText" % name).split())


def won(b):
    return b.js("[...document.querySelectorAll('#goals li')].map(li => li.className === 'won')")


# A path to an end for which it is true, the first with the fewest forced switches.
FIND = """(ok => { const g = game.current(); let best = null;
    for (let i = 0; i < g.total; i++) {
        const path = g.path_of(i), way = g.way(path), end = way[way.length - 1];
        const n = path.filter((c, k) => c && way[k].stays).length;
        if (ok(end) && (!best || n < best[0])) best = [n, path];
    }
    return best && best[1]; })(%s)"""


def shell(line):
    """What the line says at a terminal, and its exit status."""
    p = subprocess.run(["sh", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return p.returncode, p.stdout


def without_gdb(line):
    return line.replace(" gdb --args ", " ")


def a_game_is_won(b):
    b.open(race)
    same(b.js("document.documentElement.dataset.ready"), "1", "the page starts")
    same(b.errors, [], "without errors")
    click(b, "#boards label:nth-of-type(2) span")
    same(b.js("game.current().model"), "preemptive", "a click chooses the game")
    path = b.js(FIND % "end => end.outcome === 'balance 101'")
    for choice in path:
        click(b, "#lanes [data-choice='%d']" % choice)
    is_true("It failed" in text(b, "question") and "balance 101, not 111" in text(b, "question"), "clicks lead to a loss", text(b, "question"))
    is_true("done: Make it fail" in b.js("document.getElementById('goals').textContent"), "that was a goal, and it is ticked off", won(b))
    is_true("101" in text(b, "shared"), "the shared data are as they are then", text(b, "shared"))
    is_true("Goal reached: Make it fail" in text(b, "hint") and "Goal reached" in text(b, "said"), "which is said", text(b, "hint"))
    same(b.js("game.current().switches()"), 1, "one forced switch was enough")
    is_true(b.js("document.querySelectorAll('#steps em').length") == 1, "it is marked among the choices")
    return path


def it_is_had_again(b):
    """By the address, and at a terminal."""
    where, said, line = b.js("location.href"), text(b, "question"), text(b, "command")
    b.call("Page.navigate", url="about:blank")
    b.call("Page.navigate", url=where)
    b.until("window.game && document.documentElement.dataset.ready === '1'")
    b.frame()
    same((b.js("location.href"), text(b, "question"), text(b, "command")), (where, said, line), "the address leads to the same end")
    is_true(b.js("game.current().won.size") >= 1, "what was reached is kept while the page is reloaded")
    status, out = shell(without_gdb(line))
    is_true(status != 0 and "balance 101, not 111" in out, "the line of the page fails likewise at a terminal", status, out)
    if shutil.which("gdb"):
        status, out = shell(line.replace("gdb --args", "gdb -q -batch -ex run --args"))
        is_true("balance 101, not 111" in out and "SIGABRT" in out, "and under gdb", out)


def every_outcome_repeats(b):
    wrong = []
    for outcome in b.js("[...game.current().outcomes.keys()]"):
        b.js("game.current().restart(%s); 0" % (FIND % "end => end.outcome === %r" % outcome))
        status, out = shell(without_gdb(b.js("game.current().replay_line()")))
        bad = b.js("game.current().outcomes.get(%r)" % outcome)
        if (status != 0) != bool(bad) or outcome not in out:
            wrong.append((outcome, status, out))
    same(wrong, [], "each outcome comes again by the line of its run")


def where_it_is_cut(b):
    b.js("location.hash = '#1:'")
    b.frame()
    path = b.js("""(() => { const g = game.current(); for (let i = 0; i < g.total; i++) { const path = g.path_of(i), way = g.way(path);
        for (let k = 0; k < path.length; k++) if (way[k].next.includes(-1)) return path.slice(0, k); } return null; })()""")
    b.js("game.current().restart(%s); location.hash = '#1:' + game.current().text(true); 0" % path)
    b.js("dispatchEvent(new HashChangeEvent('hashchange'))")
    b.key("t")
    b.key("s")
    for i in path:
        b.js("document.querySelector('#lanes [data-choice=\"%d\"]').click()" % i)
    cut = b.js("[...document.querySelectorAll('#lanes button:disabled')].map(e => e.innerText)")
    is_true(cut and all("not recorded: it would be forced switch 2" in c for c in cut), "where the recording ends, the button says so", path, cut)


def strange_addresses(b):
    for hash_, wanted in (("#9:1", ""), ("#zz", ""), ("#0:", ""), ("#0:7.7", ""), ("#0:0.9", "0")):
        b.js("location.hash = %r" % hash_)
        b.frame()
        got = b.js("game.current().text(true)").split("+")
        is_true("".join(g for g in got if g)[-1:] == wanted or wanted == "" and not b.js("game.current().path.length"), "an address that is not ours: " + hash_, got)
    same(b.errors, [], "none of them is an error")


def all_twenty(b):
    b.open(interleave)
    same(b.js("[game.current().total, game.current().model]"), [20, "cooperative"], "interleave has 20 orders")
    is_true("0 of 20" in text(b, "goals"), "none of them is tried", text(b, "goals"))
    b.key("n")
    b.key("n")
    is_true("2 of 20" in text(b, "goals") and won(b)[0] is False, "two are tried", text(b, "goals"))
    for _ in range(18):
        click(b, "[data-do=untried]")
    same((won(b)[0], b.js("game.current().seen.size"), b.js("document.querySelectorAll('.cells .good').length")), (True, 20, 20),
         "all 20 are tried and ticked off: no order tears a letter")
    is_true(b.js("document.querySelector('[data-do=untried]').disabled"), "there is none left")
    is_true("None is left" in text(b, "count"), "which the count says, too", text(b, "count"))


def by_keys_alone(b):
    b.open(race)
    b.js("location.hash = '#1:'; sessionStorage.clear()")
    b.frame()
    at = lambda: b.js("document.activeElement.dataset.choice || document.activeElement.id || document.activeElement.dataset.do")  # noqa: E731
    for _ in range(30):
        b.call("Input.dispatchKeyEvent", type="rawKeyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        b.call("Input.dispatchKeyEvent", type="keyUp", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        if at() == "0":
            break
    same(at(), "0", "Tab comes to who could go on")
    b.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    b.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter", windowsVirtualKeyCode=13)
    b.frame()
    same(b.js("game.current().path.length"), 1, "Enter lets it go on")
    is_true(b.js("document.activeElement.dataset.choice !== undefined"), "the focus stays among them", at())
    b.key("2")
    same(b.js("game.current().path.length"), 2, "a number, too")
    is_true("Ann begins" in text(b, "said"), "what happened is said", text(b, "said"))
    b.key("u")
    same(b.js("game.current().path.length"), 1, "u takes it back")
    b.key("t")
    is_true("It ended well" in text(b, "question") and "It ended well" in text(b, "said"), "t goes to the end", text(b, "question"))
    b.key("s")
    same(b.js("game.current().path.length"), 0, "s goes back to the start")
    b.key("r")
    is_true(not b.js("game.current().node().next"), "r goes to some end")


def tree(b):
    nodes = [n for n in b.call("Accessibility.getFullAXTree")["nodes"] if not n.get("ignored")]
    return [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if "role" in n]


def for_a_screen_reader(b):
    b.open(race)
    b.js("location.hash = '#1:0'")
    b.frame()
    all_ = tree(b)
    buttons = [name for role, name in all_ if role == "button"]
    is_true(buttons and all(buttons), "each button has a name", buttons)
    is_true(any("Ann" in name and "begins, line" in name for name in buttons), "it says who, and what is next", buttons)
    headings = [name for role, name in all_ if role == "heading"]
    is_true({"Goals", "The program", "Shared data now"} <= set(headings), "there are headings", headings)
    is_true(("list", "Coroutines") in all_ and any(role == "status" for role, _ in all_) and any(role == "main" for role, _ in all_),
            "a list, a place where news are said, a main part", all_[:40])
    is_true(any(role == "radio" and name == "preemptive" for role, name in all_), "the games are radio buttons")


def at_each_width(b):
    for name, page in (("race", race), ("interleave", interleave), ("forks", forks), ("prodcons", prodcons)):
        for width in (400, 1280):
            for dark in (False, True):
                b.open(page, width=width, dark=dark)
                b.js("location.hash = '#1:0'")
                b.frame()
                wide = [b.js("document.documentElement.scrollWidth")]
                b.key("r")
                wide.append(b.js("document.documentElement.scrollWidth"))
                is_true(max(wide) <= width, "%s fits %d px, %s" % (name, width, "dark" if dark else "light"), wide)
                if pictures:
                    b.picture(os.path.join(pictures, "game-%s-%d-%s.png" % (name, width, "dark" if dark else "light")), whole=True)
    back = "getComputedStyle(document.documentElement).backgroundColor"
    b.open(race, dark=True)
    dark = b.js(back)
    b.open(race)
    is_true(dark != b.js(back), "dark and light differ", dark)


def on_paper(b):
    b.open(race)
    b.js("location.hash = '#1:'")
    b.frame()
    b.key("t")
    out = os.path.join(folder, "race.pdf")
    b.paper(out)
    with open(out, "rb") as f:
        data = f.read()
    is_true(data.startswith(b"%PDF") and len(data) < 1 << 20, "it prints, under 1 MB", len(data))
    b.call("Emulation.setEmulatedMedia", media="print")
    b.frame()
    same(b.js("[...document.querySelectorAll('.tools, [data-do], .keys')].filter(e => e.getClientRects().length).length"), 0, "without what can be pressed")
    is_true(b.js("document.getElementById('files').clientHeight === document.getElementById('files').scrollHeight"), "with the whole source")
    b.call("Emulation.setEmulatedMedia", media="")


def stuck(b):
    b.open(forks)
    b.js("location.hash = '#1:'")
    b.frame()
    b.js("game.current().restart(%s); location.hash = '#1:' + game.current().text(true); 0" % (FIND % "end => end.ending === 3"))
    b.js("dispatchEvent(new HashChangeEvent('hashchange'))")
    where = b.js("game.current().text(true)")
    b.open(forks)
    b.js("location.hash = %r" % ("#1:" + where))
    b.frame()
    is_true("deadlock: Plato" in text(b, "question"), "a deadlock is named", text(b, "question"))
    same(b.js("document.querySelectorAll('#lanes .stuck').length"), 3, "those that are stuck are shown so")
    is_true("waits for ever in cigo_mutex_lock, line" in text(b, "lanes"), "and where they are", text(b, "lanes"))
    is_true("Hypatia has it" in text(b, "shared") and "Plato has it" in text(b, "shared"), "and which fork each has", text(b, "shared"))


# Of each node on some ways through each board: each lane that is not at its end is marked in the source, at the line
# that its words name, by its name; and nobody else is.
MARKED = """(() => { const wrong = []; let seen = 0; history.replaceState = () => {}; // so often it is not allowed
    for (const [i, b] of game.boards.entries())
        for (let k = 0; k < 12; k++) {
            const path = b.path_of(Math.floor((b.total - 1) * k / 11));
            for (let n = 0; n <= path.length; n++) {
                game.go(i, path.slice(0, n));
                const lanes = [...b.state().values()].filter(l => !['ended', 'new'].includes(l.state));
                for (const l of lanes) {
                    seen++;
                    const li = l.step && l.step.place && document.querySelectorAll(`.code[data-file="${l.step.place.file}"] > li`)[l.step.place.line - 1];
                    const words = [...document.querySelectorAll('#lanes > li')].find(e => e.querySelector('b').textContent === l.lane).innerText;
                    const code = li ? li.querySelector('code').textContent.trim() : '';
                    if (!li || ![...li.querySelectorAll('.mark')].some(m => m.textContent === l.lane) || !words.includes(`line ${l.step.place.line}`) ||
                        (code !== '{' && code && !words.includes(code)))
                        wrong.push([i, b.text(true), l.lane, l.state, words]);
                }
                if (document.querySelectorAll('.mark').length !== lanes.length)
                    wrong.push([i, b.text(true), 'marks', document.querySelectorAll('.mark').length, lanes.length]);
            }
        }
    return [seen > 50, wrong.slice(0, 5)]; })()"""


def lines_are_marked(b):
    for name, page in (("race", race), ("interleave", interleave), ("forks", forks), ("prodcons", prodcons)):
        b.open(page)
        same(b.js(MARKED), [True, []], "%s: each coroutine's current line is marked, and named beside it" % name)


def without_a_choice(b):
    """What nobody chose is told as what it is."""
    b.open(prodcons)
    b.key("2")
    is_true("Ann went on: begins, line" in text(b, "happened") and "at = 0, items = a---, in = 1." in text(b, "happened"),
            "what the one that was chosen did", text(b, "happened"))
    is_true("Then Ben, as no other could go on: at = 1, items = ab--, in = 2." in text(b, "happened"), "and what went on without a choice",
            text(b, "happened"))
    is_true(", then Ben" in text(b, "steps"), "which stands among the choices, too", text(b, "steps"))


def an_item_is_stolen(b):
    """The third game of prodcons: a consumer that does not look again."""
    b.open(prodcons)
    click(b, "#boards label:nth-of-type(3) span")
    b.key("t")
    same(won(b), [True, False], "the usual order is right")
    path = b.js(FIND % "end => end.outcome === 'Cleo got -, Dora got a'")
    b.key("s")
    for choice in path:
        click(b, "#lanes [data-choice='%d']" % choice)
    same(won(b), [True, True], "four clicks let Cleo take what is not there")
    is_true("Cleo got -, Dora got a" in text(b, "question") and "item = -" in text(b, "lanes"), "it is shown", text(b, "question"),
            text(b, "lanes"))
    status, said = shell(without_gdb(text(b, "command")))
    is_true(status != 0 and "Cleo got -, Dora got a: not each item once" in said, "the line to type does the same", status, said)


with browser.Browser() as b:
    a_game_is_won(b)
    it_is_had_again(b)
    every_outcome_repeats(b)
    where_it_is_cut(b)
    strange_addresses(b)
    all_twenty(b)
    by_keys_alone(b)
    for_a_screen_reader(b)
    at_each_width(b)
    on_paper(b)
    stuck(b)
    an_item_is_stolen(b)
    without_a_choice(b)
    lines_are_marked(b)
    same(b.errors, [], "no page has had an error")
    is_true(all(r.startswith("file:") or r.startswith("about:") for r in b.requests), "nothing was fetched from anywhere", b.requests)
print("1..%d" % count)
sys.exit(failed != 0)
