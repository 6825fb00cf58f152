# SPDX-License-Identifier: MIT
"""Rows of results: medians, ratios, bars; printed as they come, and written as JSON."""
import json
import re
import statistics
import time

WIDTHS = "{:<22} {:>10} {:<6} {:<16} {:>10} {:>7}  {:<10} {} {}"


def figure(x):
    """Four digits, at most."""
    if abs(x) >= 1000:
        return f"{x:,.0f}"
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.1f}" if abs(x) >= 10 else f"{x:.2f}"


class Table:
    def __init__(self, only=""):
        self.only = re.compile(only)
        self.rows, self.notes = [], []
        self.started = time.monotonic()
        self.headed = False

    def wants(self, *names):
        return any(self.only.search(name) for name in names)

    def head(self, title):
        if not self.headed:
            print(WIDTHS.format("", "cigo", "unit", "peer", "peer's", "ratio", "bar", "", ""))
        self.headed = True
        print(f"\n{title}", flush=True)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def add(self, name, unit, ours, against=None, theirs=(), bar=None, show=True,
            note=""):
        """ours, theirs: of each round. bar: "<= 1.10" of the ratio, "<= 50 ns" of ours."""
        row = {"name": name, "ours": statistics.median(ours), "unit": unit, "against": against,
               "theirs": statistics.median(theirs) if theirs else None, "ratio": None}
        if theirs:
            row["ratio"] = round(statistics.median(o / t for o, t in zip(ours, theirs) if t), 4)
        if bar:
            sense, limit, *absolute = bar.split()
            value = row["ours"] if absolute else row["ratio"]
            row["bar"] = bar
            row["ok"] = value <= float(limit) if sense == "<=" else value >= float(limit)
        self.rows.append(row)
        if show:
            self.show(row, note)
        return row

    @staticmethod
    def show(row, note):
        print(WIDTHS.format(
            row["name"], figure(row["ours"]), row["unit"], row["against"] or "",
            figure(row["theirs"]) if row["theirs"] is not None else "",
            f"{row['ratio']:.2f}" if row["ratio"] is not None else "",
            row.get("bar", ""), {True: "✓", False: "✗"}.get(row.get("ok"), " "), note).rstrip(),
            flush=True)

    def write(self, path):
        missed = [r["name"] + " / " + (r["against"] or "") for r in self.rows if not r.get("ok", True)]
        print()
        print(f"{len(self.rows)} rows in {time.monotonic() - self.started:.0f} s, written to {path}. "
              + (f"Bars missed: {', '.join(missed)}." if missed else "All bars kept."))
        for note in self.notes:
            print(note)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(self.rows, f, indent=1)
            f.write("\n")
