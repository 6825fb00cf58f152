# SPDX-License-Identifier: MIT
"""What a comment must say, compared with the declaration and with the code."""

import os
import re

import failures
from pages import target


# Codes that the code names and the caller never sees, each with its reason.
INNER = {
    "cigo_accept": "CIGO_ECLOSED is said; what accept(2) says of a broken connection is skipped",
    "cigo_channel_recv": "-EAGAIN means: wait",
    "cigo_channel_send": "-EAGAIN means: wait",
    "cigo_ctx_cancel": "-ETIMEDOUT is what a passed deadline becomes, before",
    "cigo_ctx_error": "-ETIMEDOUT is the context's error",
    "cigo_first_result": "-ECANCELED is what the losers get",
    "cigo_gen_yield_all": "-ENOMEM is the iterator's own",
    "cigo_go": "CIGO_ECLOSED is the worker's error",
    "cigo_go_with": "CIGO_ECLOSED is the worker's error",
    "cigo_group_spawn": "-ECANCELED is the task's error",
    "cigo_group_spawn_copy": "-ECANCELED is the task's error",
    "cigo_group_spawn_with": "-ECANCELED is the task's error",
    "cigo_listener_close": "CIGO_ECLOSED is what others get",
    "cigo_loop_run": "CIGO_ECLOSED is the status of callbacks",
    "cigo_loop_unref": "CIGO_ECLOSED is the status of callbacks",
    "cigo_queue_get": "-EAGAIN means: wait; -ETIMEDOUT is that of cigo_queue_get_timeout",
    "cigo_queue_get_timeout": "-EAGAIN means: wait",
    "cigo_queue_put": "-EAGAIN means: wait; -ETIMEDOUT is that of cigo_queue_put_timeout",
    "cigo_queue_put_timeout": "-EAGAIN means: wait",
    "cigo_select": "-EAGAIN means: wait",
    "cigo_serve": "CIGO_ECLOSED means: it was stopped",
    "cigo_stream_close": "-EBUSY is what others get",
    "cigo_stream_read": "-EAGAIN means: wait",
    "cigo_stream_read_all": "-EAGAIN means: wait",
    "cigo_stream_read_chunk": "-EAGAIN means: wait",
    "cigo_stream_read_line": "-EAGAIN means: wait",
    "cigo_stream_read_until": "-EAGAIN means: wait",
    "cigo_task_stop": "-ECANCELED is the task's error",
}


def faults(manual, own, chosen, root):
    found = []
    for call in [*manual.functions.values(), *manual.macros.values()]:
        where = f"include/cigo/{call.header}.h:{call.line}: {call.name}: "
        found += [where + fault for fault in faults_of(call, manual, own)]
    for name, page in manual.pages.items():
        if page.calls and not chosen[name]:
            found.append(f"include/cigo/{page.header.stem}.h: no program in man/examples shows {name}")
    return found + faults_of_code(manual, own, root) + faults_of_errors(manual, root)


def faults_of_errors(manual, root):
    """cigo-errors(7) has every code that a call can return."""
    with open(os.path.join(root, "man", "cigo-errors.7"), encoding="utf-8") as file:
        page = file.read().replace("\\-", "-")
    named = {code for call in manual.functions.values() for code in re.findall(r"-E[A-Z0-9]+|CIGO_E[A-Z]+", call.fails)}
    return [f"man/cigo-errors.7: {code} is missing" for code in sorted(named) if not re.search(code + r"\b", page)]


def faults_of(call, manual, own):
    if call.kind == "macro":
        stands_for = target(call, manual.functions) or re.search(r"\bcigo_\w+|\bCIGO_\w+", call.expansion)
        if not call.comment and not stands_for:
            yield "a macro without a comment"
        return
    if not call.comment:
        yield "no comment"
        return
    if not call.suspends:
        yield 'does not say "Suspends: ..."'
    makes = re.search(r"cigo_\w+ \*$", call.result + " ") or re.search(r"\bcigo_\w+ ?\*$", call.result)
    if makes and not call.result.startswith("const") and not call.owns:
        yield 'returns an object and does not say "Owns: ..."'
    if call.must_check and call.result not in ("bool",) and not call.fails:
        yield 'must be checked and does not say "Fails: ..."'
    for failure in failures.parse(call.fails, own):
        if failure.codes and not failure.cause:
            yield "no cause for " + ", ".join(failure.codes)


def functions_in(path):
    """The bodies of the functions of a file, by name."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    pattern = r"^(?:[\w*]+[ *]+)+(\w+)\([^;{}]*\)\n\{\n(.*?)^\}"
    return {m.group(1): m.group(2) for m in re.finditer(pattern, text, re.M | re.S)}


def codes_in(name, bodies, seen):
    """The codes that a function of a file returns, itself or by functions of the same file."""
    seen.add(name)
    body = bodies[name]
    codes = set(re.findall(r"(-E[A-Z0-9]{3,}|CIGO_E[A-Z]+)\b", body))
    codes -= set(re.findall(r"(?:[=!]= |case )(-E[A-Z0-9]{3,}|CIGO_E[A-Z]+)\b", body))  # dealt with
    for called in re.findall(r"\b(\w+)\(", body):
        if called in bodies and called not in seen:
            codes |= codes_in(called, bodies, seen)
    return codes


def faults_of_code(manual, own, root):
    found = []
    for folder, _, files in sorted(os.walk(os.path.join(root, "lib"))):
        for file in sorted(f for f in files if f.endswith(".c")):
            bodies = functions_in(os.path.join(folder, file))
            for name in bodies:
                call = manual.functions.get(name)
                if not call:
                    continue
                missing = codes_in(name, bodies, set()) - failures.all_codes(call, manual, own)
                if any("cigo_ctx *" in argument for argument in call.arguments):
                    missing.discard("-ENOMEM")  # a NULL context, in every call
                if missing and name not in INNER:
                    path = os.path.relpath(os.path.join(folder, file), root)
                    found.append(f"{path}: {name} names {', '.join(sorted(missing))}, its comment does not")
    return found
