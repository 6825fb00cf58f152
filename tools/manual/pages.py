# SPDX-License-Identifier: MIT
"""Which pages there are: calls that are one thing share a page, the other names link to it."""

import re
from dataclasses import dataclass, field

from declarations import RECORDERS, is_private


@dataclass
class Page:
    name: str
    header: object  # declarations.Header
    calls: list = field(default_factory=list)
    is_overview: bool = False
    links: set = field(default_factory=set)

    def types(self, everything):
        """The types that a reader of this page needs, in the order of the headers."""
        near = [i for i in self.header.items if i.kind in ("type", "constants")]
        if self.is_overview:
            return near
        if self.header is not everything.base:
            near = near + [i for i in everything.base.items if i.kind == "type"]
        text = " ".join(call.text + " " + call.comment for call in self.calls)
        found = []
        while True:
            more = [i for i in near if i not in found and mentions(text, i)]
            if not more:
                return [i for i in near if i in found]
            found += more
            text += " ".join(i.text for i in more)


def mentions(text, item):
    """Whether a text needs the type; forward declarations of opaque types tell nothing."""
    if item.kind == "type" and "{" not in item.text and "(" not in item.text:
        return False
    names = [name for name, _ in item.constants] + [item.name]
    prefixes = {re.sub(r"[A-Z0-9]+$", "...", name) for name, _ in item.constants}
    return any(re.search(r"\b" + name + r"\b", text) for name in names) or any(p in text for p in prefixes)


def target(macro, functions):
    """The function that a macro stands for."""
    called = [n for n in re.findall(r"\b\w+\b(?=\s*\()", macro.expansion) if n in functions]
    return next((n for n in called if n not in RECORDERS or macro.name in RECORDERS), None)


def leader(item, functions, macros):
    """The call whose page the item is on."""
    other = re.match(r"As (cigo_\w+)", item.comment)
    if other and other.group(1) != item.name:
        named = functions.get(other.group(1)) or macros.get(other.group(1))
        if named and named.header == item.header:
            return leader(named, functions, macros)
    if item.kind == "macro":
        stands_for = target(item, functions)
        if stands_for:
            return leader(functions[stands_for], functions, macros)
        used = [macros[n] for n in re.findall(r"\bcigo_\w+\b(?=\s*\()", item.expansion) if n in macros]
        if used and used[0] is not item:
            return leader(used[0], functions, macros)
    return item


class Manual:
    def __init__(self, headers):
        self.headers = headers
        self.base = next(h for h in headers if h.stem == "base")
        items = [i for h in headers for i in h.items]
        self.functions = {i.name: i for i in items if i.kind == "function"}
        self.macros = {i.name: i for i in items if i.kind == "macro"}
        self.kinds = {i.name: "constant" if i.arguments is None else i.kind for i in items}
        self.pages = {}
        self.place = {}  # name -> page
        for header in headers:
            self.add_calls(header)
            self.add_overview(header)
        self.add_links()

    def add_calls(self, header):
        previous = None
        for item in header.items:
            if item.kind not in ("function", "macro"):
                continue
            first = leader(item, self.functions, self.macros)
            if first is item and item.kind == "macro" and previous and previous[0] == item.comment:
                first = previous[1]
            previous = (item.comment, first)
            page = self.pages.setdefault(first.name, Page(first.name, header))
            page.calls.append(item)
            self.place[item.name] = page

    def add_overview(self, header):
        name = "cigo_" + header.stem
        if not header.items or name in self.pages:
            return
        self.pages[name] = Page(name, header, is_overview=True)
        self.place.setdefault(name, self.pages[name])

    def add_links(self):
        for page in self.pages.values():
            page.links |= {call.name for call in page.calls} - {page.name}
        order = sorted(self.pages.values(), key=lambda page: (page.is_overview, -len(page.calls)))
        for header in self.headers:
            for item in header.items:
                if item.kind not in ("type", "constants"):
                    continue
                names = [item.name] if item.kind == "type" else []
                names += [name for name, _ in item.constants]
                owner = next((p for p in order if p.header is header and item in p.types(self)), None)
                for name in names:
                    if owner and name not in self.place and not is_private(name):
                        self.place[name] = owner
                        owner.links.add(name)
                        owner.links.discard(owner.name)

    def siblings(self, page):
        return [p for p in self.pages.values() if p.header is page.header and p is not page and not p.is_overview]
