# SPDX-License-Identifier: MIT
"""Writes one page as mdoc."""

import re

import failures
from declarations import paragraphs, sentences
from markup import display, paragraph, quoted
from pages import target

TWIN = re.compile(r"\b(?:asyncio|threading|contextlib|queue|trio)\.[A-Za-z_]+(?:\.[A-Za-z_]+)*")
GO_TWIN = re.compile(r"Go's ((?:[a-z]+\.[A-Z]\w+)|context package|channels|errors\.New)|as in (Go)\b")


def first_words(text, lower=True, limit=70):
    """The first clause of a comment, for NAME and for lists."""
    for display_, part in paragraphs(text):
        if display_:
            continue
        pieces = re.split(r"(?<!\.)[.:;](?:\s|$)| \(|, so | whose ", part)
        clause = pieces[0].replace("`", "")
        if len(clause) < 12 and part[len(clause) : len(clause) + 1] == ":":
            clause += ": " + pieces[1]
        while len(clause) > limit and "," in clause:
            clause = clause.rsplit(",", 1)[0]
        if lower and re.match(r"[A-Z][a-z]|A ", clause):
            clause = clause[0].lower() + clause[1:]
        return clause.rstrip(".")
    return ""


def capital(text):
    return text if re.match(r"(cigo_|CIGO_|[a-z]+\(|\*|[a-z]\b|main\b|ctx\b)", text) else text[:1].upper() + text[1:]


class Writer:
    def __init__(self, manual, page, example, date, own):
        self.manual, self.page, self.example, self.date, self.own = manual, page, example, date, own
        self.lines = []
        self.arguments = {a for c in page.calls for a in self.argument_names(c)}
        self.arguments |= {f for t in page.types(manual) for f in re.findall(r"\b(\w+)(?:\[\w+\])?[;,]", t.text)}
        self.arguments -= {"is", "a", "an", "all", "of", "at", "by", "on", "to", "no", "line", "fork"}

    @staticmethod
    def argument_names(call):
        names = [re.search(r"(\w+)(?:\)\(.*\)|\[\])?$", a) for a in call.arguments or []]
        return {n.group(1) for n in names if n and n.group(1) not in ("void",)}

    def put(self, *lines):
        self.lines += lines

    def say(self, text):
        if text and text[-1] not in ".?!:":
            text += "."
        self.put(*paragraph(capital(text), self.manual.kinds, self.arguments))

    def write(self):
        page = self.page
        self.put('.\\" SPDX-License-Identifier: MIT')
        self.put(f'.\\" Made from include/cigo/{page.header.stem}.h by tools/manual; changes belong there.')
        self.put(f".Dd {self.date}", f".Dt {page.name.upper()} 3", ".Os")
        self.name()
        self.put(".Sh LIBRARY", "cigo", ".Pq libcigo , \\-lcigo")
        self.synopsis()
        self.description()
        self.returns()
        for title, of, sense in (("SUSPENDS", "suspends", self.suspends), ("OWNERSHIP", "owns", None), ("THREADS", "threads", self.threads)):
            self.clause(title, of, sense)
        self.notes()
        if self.example:
            self.put(".Sh EXAMPLES", *display(self.example, indent=False))
        self.errors()
        self.see_also()
        return "\n".join(self.lines) + "\n"

    def name(self):
        page = self.page
        names = [page.name] + [c.name for c in page.calls if c.name != page.name]
        self.put(".Sh NAME")
        for i, name in enumerate(names):
            self.put(f".Nm {name}" + (" ," if i + 1 < len(names) else ""))
        about = page.header.about if page.is_overview else next(c for c in page.calls if c.name == page.name).comment
        self.put(".Nd " + first_words(about).replace("-", "\\-"))

    def synopsis(self):
        self.put(".Sh SYNOPSIS", ".In cigo.h")
        calls = [i for i in self.page.header.items if i.kind in ("function", "macro")] if self.page.is_overview else self.page.calls
        for call in calls:
            if call.kind == "macro" and call.arguments is None:
                self.put(".Vt " + call.name)
                continue
            if call.kind == "function":
                self.put(".Ft " + quoted(call.result))
            self.put(".Fo " + call.name)
            self.put(*[".Fa " + quoted(a) for a in call.arguments])
            self.put(".Fc")

    def description(self):
        self.put(".Sh DESCRIPTION")
        page, begun = self.page, False
        about = paragraphs(page.header.about)
        if not page.is_overview and page.name != "cigo_" + page.header.stem:
            about = []
        self.texts(about)
        begun = bool(about)
        self.put(*([".Pp"] if begun and len(page.calls) == 1 else []))
        if len(page.calls) > 1:
            self.put(".Bl -tag -width Ds")
        for i, call in enumerate(page.calls):
            if len(page.calls) > 1:
                self.put(f".It Fn {call.name}" if call.arguments is not None else f".It Dv {call.name}")
            if call.comment == "" or [c.comment for c in page.calls[i + 1 : i + 2]] != [call.comment]:
                self.call(call)
        if len(page.calls) > 1:
            self.put(".El")
        if page.is_overview:
            self.index()
        self.types()

    def call(self, call):
        parts = [p for p in call.description if p[1]]
        if call.kind == "macro" and not parts:
            return self.short(call)
        self.texts(parts)
        if call.kind == "macro" and target(call, self.manual.functions):
            self.short(call)

    def texts(self, parts):
        for i, (is_display, text) in enumerate(parts):
            if is_display:
                self.put(*display(text))
                continue
            self.put(*([".Pp"] if i else []))
            self.say(text)

    def short(self, call):
        """What a macro adds to its function, read off its expansion."""
        adds = []
        if "sizeof" in call.expansion:
            adds.append("the size is taken from the type")
        if re.search(r"#\w", call.expansion):
            adds.append("the name is that of the function given")
        if re.search(r"NULL, 0\)$", call.expansion):
            adds.append("the value is dropped")
        if re.search(r"CIGO_(AT|HERE)|cigo_await\b", call.expansion):
            adds.append("the place of the call is noted, for dumps and traces")
        if "__FILE__" in call.expansion:
            adds.append("the file and the line are those of the call")
        used = [n for n in re.findall(r"\b\w+\b", call.expansion) if n in self.manual.kinds]
        function = target(call, self.manual.functions) or (used + [call.name])[0]
        self.put(f"Calls\n.Fn {function}" + (" :" if adds else " ."))
        if adds:
            self.say(", ".join(adds[:-1]) + (" and " if len(adds) > 1 else "") + adds[-1])
            self.lines[-1] = self.lines[-1][0].lower() + self.lines[-1][1:]

    def index(self):
        pages = self.manual.siblings(self.page)
        if not pages:
            return
        self.put(".Ss Calls", ".Bl -tag -width Ds")
        for other in pages:
            first = next(c for c in other.calls if c.name == other.name)
            self.put(f".It Xr {other.name} 3")
            self.put(*paragraph(first_words(first.comment, lower=False) + ".", {}, set()))
        self.put(".El")

    def types(self):
        types = [t for t in self.page.types(self.manual)]
        if not types:
            return
        self.put(".Ss Types")
        for t in types:
            said = [d for d in t.description if not d[0]]
            self.put(*([".Pp"] if said and t is not types[0] else []))
            self.texts(said)
            self.put(*display(t.text.expandtabs(8)))

    def clause(self, title, of, sense):
        said = []
        for call in self.page.calls:
            text = getattr(call, of) if call.kind == "function" else ""
            if sense and call.kind == "function":
                text = sense(call, text)
            if text:
                said.append((call.name, text))
        if not said:
            return
        self.put(f".Sh {title}")
        if len({text for _, text in said}) == 1 and (len(said) == 1 or len(said) == sum(c.kind == "function" for c in self.page.calls)):
            return self.say(said[0][1])
        self.put(".Bl -tag -width Ds")
        for name, text in said:
            self.put(f".It Fn {name}")
            self.say(text)
        self.put(".El")

    @staticmethod
    def suspends(call, text):
        if text == "yes" and any(a.startswith("cigo_ctx *") for a in call.arguments):
            return "yes. With a context without a loop it blocks the calling thread"
        return text

    def threads(self, call, text):
        like = re.match(r"as (cigo_\w+)", call.suspends)
        if text:
            return text
        if like:
            return self.threads(self.manual.functions[like.group(1)], "")
        if call.suspends.startswith("blocks the calling thread"):
            return "A thread that runs no coroutine; several may each run a loop of their own."
        if any(a.startswith("cigo_ctx *") for a in call.arguments) and call.suspends.startswith("yes"):
            return "A coroutine of the context's loop; with a context without a loop, a thread that runs no coroutine."
        return "The coroutines and callbacks of the loop that its objects belong to; without a loop, one thread at a time."

    def returns(self):
        said = [text for call in self.page.calls for text in call.returns]
        if said:
            self.put(".Sh RETURN VALUES")
            for text in said:
                self.say(text)

    def notes(self):
        checked = [c.name for c in self.page.calls if c.must_check]
        if checked:
            self.put(".Sh NOTES")
            names = ", ".join(checked[:-1]) + (" and " if checked[1:] else "") + checked[-1]
            self.say(f"The compiler warns where a result of {names} is not used; cigo_ignore discards it visibly")

    def errors(self):
        failing = [c for c in self.page.calls if c.fails or c.notes]
        if not failing:
            return
        self.put(".Sh ERRORS")
        several = len(failing) > 1
        for call in failing:
            if several:
                self.put(*([".Pp"] if call is not failing[0] else []), f".Fn {call.name} :")
            if call.fails_how:
                self.say(call.fails_how.removeprefix(", ").replace("and then", "if it fails,", 1))
            self.failures(failures.parse(call.fails, self.own))
            self.put(*([".Pp"] if call.notes else []))
            for note in call.notes:
                self.say(note)

    def failures(self, found):
        listed = [f for f in found if f.codes]
        other = [f.cause for f in found if not f.codes]
        for cause in other:
            self.say(cause)
        if listed:
            self.put(".Bl -tag -width Er")
            for failure in listed:
                self.put(".It " + self.codes(failure.codes))
                self.say(failure.cause)
            self.put(".El")

    @staticmethod
    def codes(codes):
        if codes[0] in ("NULL", "false"):
            return "Dv " + codes[0]
        if codes[0].startswith("the "):
            return capital(codes[0])
        return "Bq Er " + " , ".join(code.replace("-", "\\-") for code in codes)

    def see_also(self):
        page = self.page
        text = " ".join([c.comment for c in page.calls] + [page.header.about if page.is_overview else ""])
        near = {self.manual.place[n].name for n in re.findall(r"\b(?:cigo|CIGO)_\w+", text) if n in self.manual.place}
        if not page.is_overview and "cigo_" + page.header.stem in self.manual.pages:
            near.add("cigo_" + page.header.stem)
        near.discard(page.name)
        refs = {(3, name) for name in near}
        refs |= {(int(s), n) for n, s in re.findall(r"\b([a-z_][a-z_0-9-]*)\((\d)\)", text)}
        refs.add((7, "cigo"))
        if any(c.fails for c in page.calls):
            refs.add((7, "cigo-errors"))
        self.put(".Sh SEE ALSO")
        ordered = sorted(refs, key=lambda ref: (ref[0], ref[1].lower()))
        self.put(*[f".Xr {n} {s}" + (" ," if i + 1 < len(ordered) else "") for i, (s, n) in enumerate(ordered)])
        self.twins(text + " " + page.header.about)

    def twins(self, text):
        python = list(dict.fromkeys(TWIN.findall(text)))
        go = list(dict.fromkeys(a or b for a, b in GO_TWIN.findall(text)))
        if python:
            self.put(".Pp", "In Python: " + ", ".join(python) + ".")
        if go and go != ["Go"]:
            self.put(".Pp", "In Go: " + ", ".join(g for g in go if g != "Go") + ".")
