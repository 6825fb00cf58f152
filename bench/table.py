# SPDX-License-Identifier: MIT
"""Rows of results: medians, ratios, bars; printed part by part, and written as JSON."""
import json
import re
import statistics
import time

import quiet

WIDTHS = "{:<22} {:>10} {:<6} {:<16} {:>10} {:>7} {:>13}  {:<10} {} {}"
BUSY = "busy: not judged"


def figure(x):
    """Four digits, at most."""
    if abs(x) >= 1000:
        return f"{x:,.0f}"
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.1f}" if abs(x) >= 10 else f"{x:.2f}"


def keeps(bar, row):
    """bar: "<= 1.10" of the ratio, "<= 50 ns" of ours."""
    sense, limit, *absolute = bar.split()
    value = row["ours"] if absolute else row["ratio"]
    return value <= float(limit) if sense == "<=" else value >= float(limit)


class Table:
    """Rows are pending until the machine was found quiet or not while they were measured: then they
    are kept, with or without a judgement, or dropped, to be measured again."""

    def __init__(self, only=""):
        self.only = re.compile(only)
        self.rows, self.notes = [], []
        self.pending = []  # lines: a title, or (row, what to print behind it, whether to print it, timed)
        self.started = time.monotonic()
        self.headed = False

    def wants(self, *names):
        return any(self.only.search(name) for name in names)

    def head(self, title):
        self.pending.append(title)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def add(self, name, unit, ours, against=None, theirs=(), bar=None, show=True,
            note="", timed=True):
        """ours, theirs: of each round. Not timed: as right on a busy machine as on a quiet one."""
        row = {"name": name, "ours": statistics.median(ours), "ours_iqr": quiet.quartiles(ours),
               "unit": unit, "against": against, "theirs": None, "theirs_iqr": None,
               "ratio": None, "ratio_iqr": None}
        if theirs:
            row["theirs"] = statistics.median(theirs)
            row["theirs_iqr"] = quiet.quartiles(theirs)
            ratios = [o / t for o, t in zip(ours, theirs) if t]
            row["ratio"] = round(statistics.median(ratios), 4)
            row["ratio_iqr"] = [round(r, 4) for r in quiet.quartiles(ratios)]
        if bar:
            row["bar"] = bar
        self.pending.append((row, note, show, timed))
        return row

    def drop(self):
        """What is pending was disturbed, and is measured again."""
        self.pending = []

    def keep(self, busy=None):
        """busy: why no bar can be judged."""
        if self.pending and not self.headed:
            print(WIDTHS.format("", "cigo", "unit", "peer", "peer's", "ratio", "quartiles", "bar",
                                "", ""))
            self.headed = True
        for line in self.pending:
            if isinstance(line, str):
                print(f"\n{line}" + (f" (busy: {busy})" if busy else ""))
                continue
            row, note, show, timed = line
            row["busy"] = bool(busy) and timed
            if "bar" in row and not row["busy"]:
                row["ok"] = keeps(row["bar"], row)
            self.rows.append(row)
            if show:
                self.show(row, note)
        self.pending = []

    @staticmethod
    def show(row, note):
        busy = "bar" in row and row["busy"]
        print(WIDTHS.format(
            row["name"], figure(row["ours"]), row["unit"], row["against"] or "",
            figure(row["theirs"]) if row["theirs"] is not None else "",
            f"{row['ratio']:.2f}" if row["ratio"] is not None else "",
            "{:.2f} to {:.2f}".format(*row["ratio_iqr"]) if row["ratio_iqr"] else "",
            row.get("bar", ""), BUSY if busy else {True: "✓", False: "✗"}.get(row.get("ok"), " "),
            note).rstrip(), flush=True)

    def outcome(self):
        """One sentence about the bars."""
        missed = [r["name"] + " / " + (r["against"] or "") for r in self.rows if not r.get("ok", True)]
        unjudged = sum("bar" in r and "ok" not in r for r in self.rows)
        text = f"Bars missed: {', '.join(missed)}." if missed else "No bar missed."
        if unjudged:
            text += f" {unjudged} not judged, as the machine was busy: run it again when it is quiet."
        return text

    def write(self, path):
        print()
        print(f"{len(self.rows)} rows in {time.monotonic() - self.started:.0f} s, written to {path}. "
              + self.outcome())
        for note in self.notes:
            print(note)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(self.rows, f, indent=1)
            f.write("\n")
