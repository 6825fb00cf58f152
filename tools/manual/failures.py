# SPDX-License-Identifier: MIT
"""The clause "Fails": each code with its cause."""

import re
from dataclasses import dataclass

CODES = re.compile(
    r"^(?P<codes>(?:-E[A-Z0-9]+|CIGO_E[A-Z]+|NULL|false)(?:, (?:-E[A-Z0-9]+|CIGO_E[A-Z]+))*)"
    r"(?P<like> and the like)?(?P<note> \([^)]*\))?(?:(?::|,) (?P<cause>.*))?$",
    re.S,
)

# For codes that a comment names without a cause, since it is always the same.
USUAL = {
    "-ENOMEM": "there is no memory, or an object is NULL",
    "-EALREADY": "the future was complete",
    "-EMFILE": "the process has no descriptor left",
    "-ENFILE": "the system has no descriptor left",
    "-EBADF": "it is no open descriptor",
    "-ENOTSOCK": "it is no socket",
    "-ETIMEDOUT": "the time is over",
}
CONTEXT = (
    "the context ended: -ECANCELED, or -ETIMEDOUT if its deadline has passed, or the reason of the call that "
    "cancelled it"
)


@dataclass
class Failure:
    codes: list  # "-EAGAIN", "NULL", "the context's error"; empty: a text only
    cause: str


def split(text):
    parts, depth, part = [], 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == ";" and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return [p for p in parts + [part.strip()] if p]


def usual(codes, own):
    causes = [own.get(code) or USUAL.get(code) for code in codes]
    return "; or ".join(dict.fromkeys(c for c in causes if c))


def parse(text, own):
    """own: the causes of the library's own codes, from their declaration."""
    found = []
    for part in split(text):
        match = CODES.match(part)
        context = re.match(r"^the context's error\b[,:]?\s*(.*)$", part, re.S)
        if match:
            codes = re.findall(r"-E[A-Z0-9]+|CIGO_E[A-Z]+|NULL|false", match.group("codes"))
            cause = match.group("cause") or usual(codes, own)
            if match.group("like"):
                cause += " (and the like)"
            found.append(Failure(codes, (cause + (match.group("note") or "")).strip()))
        elif context:
            tail = context.group(1)
            found.append(Failure(["the context's error"], CONTEXT + ("; " + tail if tail else "")))
        else:
            found.append(Failure([], part))
    return found


def as_others(text):
    """The functions that a clause refers to: "as cigo_queue_put"."""
    return re.findall(r"\b[Aa]s (?:in )?(cigo_\w+)", text)


def all_codes(function, manual, own, seen=()):
    """Every code a call can fail with, also by reference to others; None: any (a result of the program's code)."""
    codes = set(re.findall(r"-E[A-Z0-9]+|CIGO_E[A-Z]+", function.comment))
    for other in re.findall(r"\bcigo_\w+", function.fails) + re.findall(r"^As (cigo_\w+)", function.comment):
        if other in manual.functions and other not in seen and other != function.name:
            codes |= all_codes(manual.functions[other], manual, own, seen + (function.name,))
    if "NULL, no memory" in function.fails:
        codes.add("-ENOMEM")
    return codes
