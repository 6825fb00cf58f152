#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the manual's pages of section 3 from the comments of the public headers."""

import argparse
import os
import re
import sys

sys.dont_write_bytecode = True

import check
import declarations
import page as pages_of
from pages import Manual


def read_headers(root):
    folder = os.path.join(root, "include", "cigo")
    names = sorted(n for n in os.listdir(folder) if n.endswith(".h") and n != "version.h")
    headers = [declarations.read(os.path.join(folder, n), n[:-2]) for n in names]
    headers.append(declarations.read(os.path.join(folder, "version.h.in"), "version"))
    return headers


def read_examples(root):
    """Each program by its name, without its first line."""
    folder = os.path.join(root, "man", "examples")
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".c"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                found[name[:-2]] = re.sub(r"^/\* SPDX.*\*/\n", "", file.read()).rstrip("\n")
    return found


def example_of(page, examples):
    """The program that shows most of the page's calls: of the header's own, else of any."""
    names = [page.name] + [c.name for c in page.calls]
    stem = page.header.stem
    best, best_score = None, 0
    for name, text in examples.items():
        own = name == stem or name.startswith(stem + "_")
        uses = len({n for n in names if re.search(r"\b" + n + r"\b", text)})
        first = bool(re.search(r"\b" + page.name + r"\b", text))
        score = uses and uses * 4 + first * 2 + own * 1
        if page.is_overview:
            score = 1000 if name == stem else int(own)
        if score > best_score:
            best, best_score = name, score
    return best


def date_of(root):
    """The pages have the date of the overview: the same sources give the same bytes."""
    with open(os.path.join(root, "man", "cigo.7"), encoding="utf-8") as file:
        return re.search(r"^\.Dd (.*)$", file.read(), re.M).group(1)


def own_codes(headers):
    error = next(h for h in headers if h.stem == "error")
    return {name: cause for item in error.items for name, cause in item.constants}


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description="Makes manual pages from the headers' comments.")
    parser.add_argument("root", help="the folder of the sources")
    parser.add_argument("out", nargs="?", help="the folder for the pages; none: only the comments are checked")
    parser.add_argument("--names", action="store_true", help="print every name that has a page")
    options = parser.parse_args()

    headers = read_headers(options.root)
    manual = Manual(headers)
    own = own_codes(headers)
    examples = read_examples(options.root)
    chosen = {name: example_of(p, examples) for name, p in manual.pages.items()}
    if options.names:
        print("\n".join(sorted(manual.place)))
        return 0
    if not options.out:
        faults = check.faults(manual, own, chosen, options.root)
        for fault in faults:
            print(fault)
        return 1 if faults else 0
    os.makedirs(options.out, exist_ok=True)
    for old in os.listdir(options.out):
        os.remove(os.path.join(options.out, old))
    date = date_of(options.root)
    for name, page in manual.pages.items():
        text = pages_of.Writer(manual, page, examples.get(chosen[name]), date, own).write()
        write(os.path.join(options.out, name + ".3"), text)
        for link in page.links:
            write(os.path.join(options.out, link + ".3"), f".so man3/{name}.3\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
