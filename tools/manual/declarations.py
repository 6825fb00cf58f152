# SPDX-License-Identifier: MIT
"""What the public headers declare, and what their comments say of it."""

import re
from dataclasses import dataclass, field

LABEL = re.compile(r"\b(Suspends, Fails|Suspends|Owns|Fails)(?:(, and [^:.]*)| \(([^)]*)\))?:\s")
ATTRIBUTES = {"CIGO_API", "CIGO_CHECK", "CIGO_PRINTF"}
RECORDERS = {"cigo_ctx_at", "cigo_ctx_note", "CIGO_AT", "CIGO_HERE"}


@dataclass
class Item:
    """A function, a macro, a type or an enumeration of constants."""

    kind: str  # function, macro, type, constants
    name: str
    header: str  # its stem: "queue"
    line: int
    comment: str = ""  # as written, without the stars
    text: str = ""  # the declaration as written
    result: str = ""  # function: its type
    arguments: list = field(default_factory=list)
    must_check: bool = False
    expansion: str = ""  # macro
    constants: list = field(default_factory=list)  # (name, what its comment says)
    description: list = field(default_factory=list)  # paragraphs
    returns: list = field(default_factory=list)  # sentences
    notes: list = field(default_factory=list)  # sentences
    suspends: str = ""
    owns: str = ""
    fails: str = ""
    fails_how: str = ""  # ", and then the item is not in the queue"
    threads: str = ""


@dataclass
class Header:
    stem: str
    about: str  # its opening comment
    items: list


def sentences(text):
    """Splits a paragraph; "e.g." and ".." end no sentence."""
    parts = re.split(r"(?<=[.!?])(?<!\.\.)(?<!e\.g\.)(?<!i\.e\.)\s+(?!\.)", text.strip())
    return [part for part in parts if part]


def uncomment(lines):
    """The text of a comment given as lines of source."""
    text = "\n".join(lines)
    text = re.sub(r"^\s*/\*+ ?", "", text)
    text = re.sub(r"\s*\*/\s*$", "", text)
    return "\n".join(re.sub(r"^\s*\* ?", "", line) for line in text.split("\n")).strip("\n")


def paragraphs(text):
    """Paragraphs of a comment: (is_display, text). A display keeps its lines."""
    found = []
    for part in re.split(r"\n\s*\n", text):
        lines = [line for line in part.split("\n") if line.strip()]
        if not lines:
            continue
        display = any(re.search(r"^\t|\S {3,}\S|^ {4,}\S", line) for line in lines)
        found.append((display, "\n".join(lines) if display else " ".join(x.strip() for x in lines)))
    return found


def split_clauses(item):
    """Takes the comment apart: what is said of suspending, owning, failing and of threads."""
    for display, text in paragraphs(item.comment):
        if display:
            item.description.append((True, text))
            continue
        marks = list(LABEL.finditer(text))
        head = text[: marks[0].start()] if marks else text
        rest = take_threads(item, sentences(head))
        if rest:
            item.description.append((False, " ".join(rest)))
        for i, mark in enumerate(marks):
            end = marks[i + 1].start() if i + 1 < len(marks) else len(text)
            clause = sentences(text[mark.end() : end])
            set_clause(item, mark, clause[0].rstrip(".") if clause else "")
            rest = take_threads(item, clause[1:])
            item.returns += [r for r in rest if r.startswith("Returns")]
            item.notes += [r for r in rest if not r.startswith("Returns")]


def set_clause(item, mark, text):
    label = mark.group(1)
    if label.startswith("Suspends"):
        item.suspends = text
    if label.endswith("Fails"):
        item.fails = text
        item.fails_how = mark.group(2) or ""
    if label == "Owns":
        item.owns = text


def take_threads(item, parts):
    """Keeps the sentence that says which threads may call."""
    rest = []
    for part in parts:
        if re.match(r"(A context without a loop: a|A)ny thread|May be called in|Only in (coroutines|a coroutine|the gen)", part):
            item.threads = (item.threads + " " + part).strip()
        else:
            rest.append(part)
    return rest


def split_arguments(text):
    parts, depth, part = [], 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return [p for p in parts + [part.strip()] if p]


def parse_function(item):
    text = re.sub(r"\bCIGO_PRINTF\([^)]*\)", "", item.text)
    item.must_check = "CIGO_CHECK" in text
    text = re.sub(r"\b(CIGO_CHECK|CIGO_API)\b", "", text)
    text = " ".join(text.split()).rstrip("; ")
    match = re.match(r"(.*?)(\bcigo_\w+)\((.*)\)$", text)
    item.result, item.name = match.group(1).strip(), match.group(2)
    item.arguments = split_arguments(match.group(3))


def parse_macro(item):
    text = re.sub(r"\\\n", " ", item.text)
    match = re.match(r"#\s*define\s+(\w+)(\(([^)]*)\))?\s*(.*)$", text, re.S)
    item.name = match.group(1)
    item.arguments = split_arguments(match.group(3)) if match.group(2) else None
    item.expansion = " ".join(match.group(4).split())


def parse_type(item):
    """A typedef or an enum; constants with the comment beside or before each."""
    bare = re.sub(r"/\*.*?\*/", "", item.text, flags=re.S)
    last = re.search(r"\b(\w+)\s*;\s*$", bare)
    called = re.search(r"\b(cigo_\w+)\s*\(", item.text)
    if item.text.startswith("enum"):
        item.kind = "constants"
    elif "{" not in item.text and called:
        item.name = called.group(1)
    elif last:
        item.name = last.group(1)
    if re.search(r"\benum\b", item.text):
        for match in re.finditer(r"\b(CIGO_\w+)\b(?:\s*=\s*[-\w]+)?,?\s*(?:/\*(.*?)\*/)?", item.text[item.text.find("{") :], re.S):
            item.constants.append((match.group(1), " ".join(re.sub(r"\n\s*\*", " ", match.group(2) or "").split())))
        if not item.name:
            item.name = item.constants[0][0]


PARSE = {"function": parse_function, "macro": parse_macro, "type": parse_type}


def starts(line):
    """What kind of declaration begins with this line."""
    if re.match(r"(CIGO_CHECK |CIGO_API )", line):
        return "function"
    if re.match(r"#define \w", line):
        return "macro"
    if re.match(r"(typedef|enum)\b", line):
        return "type"
    return None


def is_complete(kind, text):
    if kind == "macro":
        return not text.endswith("\\")
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return "/*" not in bare and bare.rstrip().endswith(";") and bare.count("{") == bare.count("}")


def is_private(name):
    return name.endswith("_") or name.endswith("_H") or name in ATTRIBUTES


def read(path, stem):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    header = Header(stem, "", [])
    comment, joined, i = "", None, 0
    while i < len(lines):
        first, kind = i, starts(lines[i])
        if lines[i].startswith("/*"):
            while "*/" not in lines[i]:
                i += 1
            comment, joined = uncomment(lines[first : i + 1]), None
            if not header.about:
                header.about, comment = re.sub(r"^SPDX.*\n?", "", comment), ""
        elif kind:
            while not is_complete(kind, "\n".join(lines[first : i + 1])):
                i += 1
            item = Item(kind, "", stem, first + 1, comment, "\n".join(lines[first : i + 1]))
            PARSE[kind](item)
            if joined and not comment and item.name.isupper():
                item.comment = joined
            joined = item.comment if kind == "macro" else None
            if not is_private(item.name):
                split_clauses(item)
                header.items.append(item)
            comment = ""
        else:
            comment, joined = "", None
        i += 1
    return header
