# SPDX-License-Identifier: MIT
"""Fails where a function of the headers may suspend, by its comment, and takes no cigo_ctx: suspends.py HEADER...."""
import re
import sys

found = wrong = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for comment, declaration in re.findall(r"/\*((?:[^*]|\*(?!/))*)\*/\s*((?:CIGO_[A-Z]+(?:\([^)]*\))? +)*CIGO_API[^;]*;)", text):
        if not re.search(r"Suspends:\s*(\*\s*)?yes", comment):
            continue
        found += 1
        if not re.search(r"\bcigo_ctx \*", declaration):
            print("%s: it suspends, and takes no cigo_ctx *: %s" % (path, declaration), file=sys.stderr)
            wrong += 1
sys.exit(wrong > 0 or found < 20)
