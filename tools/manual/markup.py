# SPDX-License-Identifier: MIT
"""Text of comments as mdoc: names, errors, arguments and manual pages get their macros."""

import re
import textwrap

from declarations import sentences

ELSEWHERE = re.compile(r"^([a-z_][\w.-]*)\((\d)\)$")
WORD = re.compile(r"""^(?P<open>[(\["`']*)(?P<core>.*?)(?P<close>[)\]"`',;:.?!]*)$""")


def escape(text):
    text = text.replace("\\", "\\e").replace("`", "\\(ga")
    text = re.sub(r"(?<![\w])-(?=\w)", r"\\-", text)
    return text


def guarded(line):
    """A text line: a control character at its beginning is protected."""
    return "\\&" + line if line[:1] in (".", "'") else line


def plain(text):
    """Text lines, none too long for mandoc's taste."""
    lines = textwrap.wrap(escape(text), 76, break_long_words=False, break_on_hyphens=False)
    return [guarded(line) for line in lines]


def macro_of(core, names, arguments):
    """The macro call for a word, or None if it is but a word."""
    possessive = ""
    if core in names and names[core] == "constant":
        return ".Dv " + core
    if core.endswith("'s"):
        core, possessive = core[:-2], " Ns 's"
    page = ELSEWHERE.match(core)
    if page:
        return f".Xr {page.group(1)} {page.group(2)}" + possessive
    if re.match(r"^\w+\(\)$", core):
        return ".Fn " + core[:-2]
    if re.match(r"^(-E[A-Z0-9]+|CIGO_E[A-Z]+)$", core):
        return ".Er " + core.replace("-", "\\-") + possessive
    if core in names:
        return (".Fn " if names[core] in ("function", "macro") else ".Vt ") + core + possessive
    if re.match(r"^CIGO_[A-Z_0-9]+$|^NULL$|^SIG[A-Z0-9]+$", core):
        return ".Dv " + core + possessive
    if core.lstrip("*") in arguments and (core.startswith("*") or len(core) > 1):
        return ".Fa " + core + possessive
    return None


def marked(sentence, names, arguments):
    """A sentence as lines of mdoc."""
    lines, words = [], []
    for token in sentence.split():
        match = WORD.match(token)
        opening, core, closing = match.group("open"), match.group("core"), match.group("close")
        if opening == "`" and closing.startswith("`") and core in arguments:
            opening, closing = "", closing[1:]
        while closing.startswith(")") and core.count("(") > core.count(")"):
            core, closing = core + ")", closing[1:]
        simple = set(opening) <= set("([") and set(closing) <= set(")],;:.?!")
        macro = macro_of(core, names, arguments) if simple else None
        if macro is None:
            words.append(token)
            continue
        if words:
            lines += plain(" ".join(words))
            words = []
        name, _, rest = macro.partition(" ")
        lines.append(" ".join([name, *opening, rest, *closing]))
    if words:
        lines += plain(" ".join(words))
    return lines


def paragraph(text, names, arguments):
    lines = []
    for sentence in sentences(text):
        lines += marked(sentence, names, arguments)
    return lines


def display(text, indent=True):
    """Lines that are kept as they are."""
    lines = [".Bd -literal" + (" -offset indent" if indent else "")]
    for line in text.split("\n"):
        line = line.rstrip().replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
        lines.append(guarded(line))
    return lines + [".Ed"]


def quoted(text):
    """An argument of a macro."""
    return '"' + text.replace("\\", "\\e").replace('"', "\\(dq") + '"'
