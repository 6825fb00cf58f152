# SPDX-License-Identifier: MIT
"""The sentences of docs/teaching.md and the table of their proofs: claims.py DOC TABLE, for tests/demos/teaching.sh.

Prints "KIND<TAB>PROOF<TAB>SENTENCE" for each row of the table, and fails where a sentence has no row, or a row no
sentence. Questions, what a class may say (in quotes) and what a teacher is told to do (sentences that begin with a word
of DOES) claim nothing. Code and the list of sources are left out.

A row of the table is the beginning of a sentence on a line, and below it, after a tab, its proofs, one a line:
	shown COMMAND        a block of the page has that command, which is run there
	test FILE: NAME      the test of that name (or a part of it) is in that file
	run COMMAND          it succeeds in the build folder
	known                of the world, not of cigo
	done                 what is done in class; nothing is claimed"""
import re
import sys

DOES = ("Ask", "Colour", "Do not", "Draw", "Expect", "Keep", "Let", "Look", "Many", "Now add", "Then:", "Offer", "One student types",
        "Read", "Remove", "Run the", "Show", "Some say", "Then count", "Then let", "Try each", "Vote")


def sentences(text):
    text = re.sub(r"^```.*?^```\n", "\n", text, flags=re.S | re.M)
    text = re.sub(r"(?m)^ {4}.*\n", "\n", text)
    text = text.split("\n## Sources")[0]
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip().split("\n")
        if lines[0].startswith("#"):
            continue
        if lines[0].startswith("|"):
            yield from (line for line in lines[2:])
            continue
        for item in re.split(r"\n(?=- |\d+\. )", "\n".join(lines)):
            item = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(item.split()))
            item = re.sub(r"^(- |\d+\. )", "", item)
            item = re.sub(r"\*+\"[^*]*\"\*+", "", item)  # what a class may say
            item = re.sub(r"\*+(Misconceptions?:? ?\"[^*]*\"|Misconceptions\.)\*+", "", item)
            item = re.sub(r"\*+([^*]*)\*+", r"\1", item)
            yield from re.split(r"(?<=[.?!:])[\")]*\s+(?=[A-Z\"`(\[])", item)


def claims(text):
    for s in sentences(text):
        s = s.strip()
        if re.search(r"\w", s) and not re.search(r"\?[\")]*$", s) and not s.startswith(DOES) and \
                not re.match(r"^(Predict|Run|Play|Explore|Repair|For teachers|(With more time: )?\d+ minutes)[.:]$", s):
            yield s


def table(path):
    rows, beginning = [], None
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            if line[0] == "\t":
                rows[-1][1].append(line.strip().split(" ", 1))
            else:
                rows.append((line, []))
    return rows


def main(doc, path):
    with open(doc, encoding="utf-8") as f:
        all_ = list(claims(f.read()))
    wrong, used = 0, set()
    rows = table(path)
    for s in all_:
        mine = [r for r in rows if s.startswith(r[0])]
        if len(mine) != 1 or not mine[0][1]:
            print("%s: %s" % ("it has no row" if not mine else "its rows are %d, or without a proof" % len(mine), s), file=sys.stderr)
            wrong += 1
        for beginning, proofs in mine:
            used.add(beginning)
            for kind, *more in proofs:
                print("%s\t%s\t%s" % (kind, more[0] if more else "", s))
    for beginning, _ in rows:
        if beginning not in used:
            print("it is no sentence of the page: %s" % beginning, file=sys.stderr)
            wrong += 1
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
