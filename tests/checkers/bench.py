# SPDX-License-Identifier: MIT
"""Whether the bench tells a quiet machine from a busy one: figures made up, verdicts known."""
import contextlib
import io
import os
import sys

sys.path.insert(0, os.path.join(sys.argv[1], "bench"))
import measures  # noqa: E402
import quiet  # noqa: E402
import table  # noqa: E402

failed = count = 0


def check(name, good):
    global failed, count
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")


def probe(ns, wobble=0.0, waiting=0.0):
    """Five runs around ns, whose processor was away for a share of the time."""
    times = [ns * (1 + wobble * k) for k in (-2, -1, 0, 1, 2)]
    return [{"ns": t, "cpu": t * (1 - waiting)} for t in times]


def after(*probes):
    q = quiet.Quiet()
    for p in probes:
        q.add(p)
    return q


def verdicts():
    q = after(probe(2500, 0.01), probe(2550, 0.02), probe(2450, 0.01))
    check("a quiet machine is quiet", q.verdict() == "quiet" and q.disturbed() is None)
    q = after(probe(2500), probe(2500, 0.2))
    check("runs that differ are noise", q.verdict() == "noisy" and "more or less" in q.disturbed())
    q = after(probe(2500), probe(2500, waiting=0.5))
    check("a processor that others have is noise",
          q.verdict() == "noisy" and "others had the processor for 50%" in q.disturbed())
    q = after(probe(2500), probe(3500))
    check("a machine that gets slower drifts",
          q.verdict() == "drifting" and "40% longer" in q.disturbed())
    q = after(probe(3500), probe(2500))
    check("so does one that was slow at first", q.verdict() == "drifting" and q.disturbed())
    q = after(probe(2500), probe(2500, 0.3), probe(2500), probe(2500))
    check("what is quiet again is not disturbed any more",
          q.disturbed() is None and q.verdict() == "noisy")
    q = after(probe(2500), probe(2500))
    check("work of others between two probes is noise", "25%" in q.disturbed(0.25) and
          q.verdict() == "noisy")
    check("a little of it is not", after(probe(2500), probe(2500)).disturbed(0.02) is None)
    check("the summary says what it was", "2,500 to 2,500 ns" in q.summary() and
          "noisy" in q.summary() and "25%" in q.summary())
    usage = quiet.Usage()
    until = quiet.time.monotonic() + 0.3
    while quiet.time.monotonic() < until:
        pass
    check("what we do ourselves is not others' work", quiet.own_seconds() > usage.start[2] and
          usage.others() <= 1)
    check("one value has quartiles, too", quiet.quartiles([7]) == (7, 7) and quiet.spread([7]) == 0)
    check("a quarter of each end is left out", quiet.quartiles([1, 2, 3, 4, 100]) == (2, 4))


def silently(call, *args):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        call(*args)
    return out.getvalue()


def judged(ours, theirs, busy):
    t = table.Table()
    t.add("row", "ns", ours, "peer", theirs, "<= 1.10")
    return t, silently(t.keep, busy)


def bars():
    t, text = judged([10, 11, 12], [10, 10, 10], None)
    check("a quiet row is judged", t.rows[0]["ok"] and not t.rows[0]["busy"] and "✓" in text)
    check("its quartiles are kept", list(t.rows[0]["ratio_iqr"]) == [1.05, 1.15])
    t, text = judged([12, 12, 12], [10, 10, 10], None)
    check("a bar that is missed is told", not t.rows[0]["ok"] and "row / peer" in t.outcome())
    t, text = judged([12, 12, 12], [10, 10, 10], "others")
    check("a busy row is not", "ok" not in t.rows[0] and "busy: not judged" in text and
          "No bar missed. 1 not judged" in t.outcome())
    t = table.Table()
    t.add("size", "KB", [3], bar="<= 2 KB", timed=False)
    silently(t.keep, "others")
    check("what no clock has measured is judged on a busy machine, too", t.rows[0]["ok"] is False)


class Measures(measures.Measures):
    """Its machine is as the list of probes says."""

    def __init__(self, t, probes, seconds=60):  # pylint: disable=super-init-not-called
        self.table, self.quiet, self.probes, self.parts = t, quiet.Quiet(), list(probes), 0
        self.repeat_until = measures.time.monotonic() + seconds
        self.probe()

    def choose(self):
        pass

    def probe(self):
        self.quiet.add(self.probes.pop(0))

    def part(self):
        self.parts += 1
        self.table.add("row", "ns", [self.parts], bar="<= 5 ns")

    def nothing(self):
        self.parts += 1


def repeats():
    t = table.Table()
    m = Measures(t, [probe(2500), probe(2500)])
    silently(m.measure, m.part)
    check("a quiet part is measured once", m.parts == 1 and len(t.rows) == 1)
    m = Measures(table.Table(), [probe(2500), probe(2500, 0.3), probe(2500), probe(2500)])
    text = silently(m.measure, m.part)
    check("a disturbed one again, until it is quiet before and after",
          m.parts == 3 and [r["ours"] for r in m.table.rows] == [3] and m.table.rows[0]["ok"] and
          "measured again" in text)
    m = Measures(table.Table(), [probe(2500)] + 3 * [probe(2500, waiting=0.4)])
    silently(m.measure, m.part)
    check("three times at most; then it is not judged",
          m.parts == 3 and m.table.rows[0]["busy"] and "ok" not in m.table.rows[0])
    m = Measures(table.Table(), [probe(2500), probe(2500, 0.3)], seconds=-1)
    silently(m.measure, m.part)
    check("when the time is up, once", m.parts == 1 and m.table.rows[0]["busy"])
    m = Measures(table.Table(), [probe(2500)])
    silently(m.measure, m.nothing)
    check("a part that nobody wants costs no probe", m.parts == 1 and not m.table.rows)


for group in (verdicts, bars, repeats):
    group()
print(f"1..{count}")
sys.exit(failed != 0)
