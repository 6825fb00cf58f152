# SPDX-License-Identifier: MIT
"""Tells a quiet machine from a busy one.

A probe is a few runs of the ring of two bare threads on one processor: always the same work, by no code
of ours. Probes are taken at the start, between the parts, and at the end. They tell two kinds of
disturbance: runs of one probe that differ (others want the processor now), and probes that differ from
the quickest one (the processor got slower, or others have come to stay). A third kind comes and goes
between two probes: what all processors did meanwhile, less what our own programs did, is what others did.
"""
import os
import resource
import statistics
import time

SPREAD = 0.10  # of the runs of a probe: interquartile range, as a share of their median
DRIFT = 0.15  # of a probe's median above the quickest probe's
WAITING = 0.10  # of a probe's time that its processor ran something else
OTHERS = 0.10  # of all processors' time while a part was measured


def quartiles(values):
    """The first and the third."""
    values = sorted(values)
    if len(values) < 2:
        return values[0], values[0]
    q = statistics.quantiles(values, n=4, method="inclusive")
    return q[0], q[2]


def spread(values):
    """The interquartile range as a share of the median."""
    low, high = quartiles(values)
    middle = statistics.median(values)
    return (high - low) / middle if middle else 0.0


def busy_seconds():
    """What all processors did for any program, since the machine was started. Not what interrupts
    took: that is nobody's, but where our own packets are carried it is caused by us."""
    with open("/proc/stat", encoding="ascii") as f:
        user, nice, system, _, _, _, _, steal = map(int, f.readline().split()[1:9])
    return (user + nice + system + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    """What this program and those that it has waited for did."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


class Usage:
    """From its making on."""

    def __init__(self):
        self.start = time.monotonic(), busy_seconds(), own_seconds()

    def others(self):
        """The share of the processors' time that others had."""
        passed, busy, own = (now - then for now, then in zip(
            (time.monotonic(), busy_seconds(), own_seconds()), self.start))
        return max(0.0, busy - own) / (passed * (os.cpu_count() or 1)) if passed > 0.05 else 0.0


class Probe:
    """runs: of the ring, each {"ns": on the clock, "cpu": of the processor}, for a handoff."""

    def __init__(self, runs):
        self.median = statistics.median(r["ns"] for r in runs)
        self.spread = spread([r["ns"] for r in runs])
        self.waiting = statistics.median(max(0.0, 1 - r["cpu"] / r["ns"]) for r in runs)


class Quiet:
    """The probes of one run of the bench, in the order in which they were taken."""

    def __init__(self):
        self.probes = []
        self.others = 0.0  # the most that others had of the processors during a part

    def add(self, runs):
        self.probes.append(Probe(runs))

    def best(self):
        return min(p.median for p in self.probes)

    def why_busy(self, probe):
        """None: it was quiet then, as far as is known by now. Else what was wrong, in words."""
        if probe.waiting > WAITING:
            return f"others had the processor for {probe.waiting:.0%} of the time"
        if probe.spread > SPREAD:
            return f"the same work took {probe.spread:.0%} more or less"
        slower = probe.median / self.best() - 1
        if slower > DRIFT:
            return f"the same work took {slower:.0%} longer than at its quickest"
        return None

    def disturbed(self, others=0.0):
        """Of what was measured between the last two probes: None, or what was wrong. others: the
        share of the processors' time that others had meanwhile."""
        self.others = max(self.others, others)
        if others > OTHERS:
            return f"others used {others:.0%} of the processors"
        return next((why for why in map(self.why_busy, self.probes[-2:]) if why), None)

    def verdict(self):
        """Of the whole run: "quiet", "noisy" or "drifting"."""
        if self.others > OTHERS or any(p.waiting > WAITING or p.spread > SPREAD
                                       for p in self.probes):
            return "noisy"
        return "drifting" if any(map(self.why_busy, self.probes)) else "quiet"

    def summary(self):
        medians = [p.median for p in self.probes]
        widest = max(p.spread for p in self.probes)
        return (f"The ring of two threads, measured {len(medians)} times: {min(medians):,.0f} to "
                f"{max(medians):,.0f} ns a handoff, at most {widest:.0%} apart within one "
                f"measurement; others used at most {self.others:.0%} of the processors. The "
                f"machine was {self.verdict()}.")
