#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Is each file a trace that Perfetto and chrome://tracing open, and as <cigo/trace.h> says?

    trace_check.py FILE...    a line for each that is; complaints and exit status 1 for others
"""
import json
import math
import sys

SPANS = {"run", "wait", "ready", "blocking", "worker", "callback", "poll"}
KERNEL = {"on CPU", "preempted", "blocked"}
SOURCES = {"perf", "sampled", "none"}
NO_TID = 1 << 22
INSTANTS = {"spawn", "start", "done", "cancel"}


class Bad(Exception):
    pass


def expect(condition, event, what):
    if not condition:
        raise Bad(f"{what}: {json.dumps(event)}")


def ns(microseconds):
    return round(microseconds * 1000)


def is_time(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def check_fields(e):
    expect(isinstance(e.get("ph"), str) and e["ph"] in "XbeisfMC", e, "ph")
    for key in ("pid", "tid", "lane"):
        if key == "lane" and e["ph"] == "M" and e.get("tid", 0) >= NO_TID:
            continue
        expect(type(e.get(key)) is int and e[key] >= 0, e, key)
    expect(isinstance(e.get("name"), str) and e["name"], e, "name")
    if e["ph"] == "M":
        expect(isinstance(e.get("args"), dict) and len(e["args"]) == 1, e, "args")
        return
    expect(is_time(e.get("ts")), e, "ts")
    expect(isinstance(e.get("cat"), str), e, "cat")
    if e["ph"] == "X" and e["cat"] == "kernel":
        check_kernel(e)
        return
    if e["ph"] in "be":
        expect(e["cat"] == e["name"] == "ready" and e.get("id") == e["lane"], e, "a wait without a thread")
        expect(e["ph"] == "e" or is_time(e.get("dur")), e, "dur")
    expect(e["pid"] < NO_TID and e["tid"] < NO_TID, e, "ids of the kernel's view")
    if e["ph"] == "X":
        expect(is_time(e.get("dur")), e, "dur")
        expect(e["cat"] in SPANS, e, "cat of a span")
        expect(e["cat"] == "wait" or e["name"] == e["cat"], e, "name of a span")
        expect((e["lane"] == 0) == (e["cat"] in ("callback", "poll")), e, "lane of a span")
    if e["ph"] == "X" and e["cat"] == "wait":
        args = e.get("args", {})
        expect(set(args) == {"on", "at"} and not e["name"].startswith("cigo_"), e, "wait")
    if e["ph"] == "X" and e["cat"] == "poll":
        expect(type(e.get("args", {}).get("events")) is int, e, "events")
    if e["cat"] == "show":
        value = e.get("args", {}).get("value")
        if e["ph"] == "C":
            expect(type(value) in (int, float) and math.isfinite(value), e, "value of a curve")
        else:
            expect(e["ph"] == "i" and e.get("s") == "t" and isinstance(value, str), e, "value shown")
    elif e["ph"] == "C":
        raise Bad(f"a curve of what? {json.dumps(e)}")
    elif e["cat"] == "note":
        expect(e["ph"] == "i" and e["name"] == "note" and isinstance(e.get("args", {}).get("text"), str), e, "note")
    elif e["ph"] == "i":
        expect(e["cat"] == "task" and e["name"] in INSTANTS and e.get("s") == "t", e, "instant")
    if e["ph"] in "sf":
        expect(e["cat"] == "wake" and e["name"] == "wake" and type(e.get("id")) is int, e, "flow")
        expect(e["ph"] == "s" or e.get("bp") == "e", e, "bp")


def check_kernel(e):
    args = e.get("args", {})
    expect(is_time(e.get("dur")) and e["name"] in KERNEL, e, "what the kernel did")
    expect(e["tid"] == NO_TID + args.get("tid", 0) and e["pid"] > NO_TID, e, "ids of the kernel's view")
    expect((type(args.get("cpu")) is int) == (e["name"] == "on CPU"), e, "cpu")
    expect("in" not in args or (e["name"] == "blocked" and args["in"]), e, "in")


def check_threads(events):
    """On a thread, spans lie in each other or beside each other; on a CPU is one thread at a time."""
    threads, cpus = {}, {}
    for e in events:
        if e["ph"] != "X":
            continue
        begin = ns(e["ts"])
        of = (begin, -(begin + ns(e["dur"])), e)
        threads.setdefault(e["tid"], []).append(of)
        if e["cat"] == "kernel" and e["name"] == "on CPU":
            cpus.setdefault(e["args"]["cpu"], []).append(of)
    for spans in threads.values():
        check_lane(spans)
    for spans in cpus.values():
        check_baton(spans, "two on a CPU")


def check_lane(spans):
    """Spans of one lane lie in each other, or beside each other."""
    open_ends = []
    for begin, negative_end, e in sorted(spans, key=lambda s: s[:2]):
        end = -negative_end
        while open_ends and open_ends[-1] <= begin:
            open_ends.pop()
        expect(not open_ends or end <= open_ends[-1], e, "overlaps")
        open_ends.append(end)


def check_flows(flows, runs, lanes):
    for number, ends in flows.items():
        expect(len(ends) == 2 and set(ends) == {"s", "f"}, list(ends.values()), "a flow lacks an end")
        expect(ends["s"]["ts"] <= ends["f"]["ts"], ends["f"], "a flow goes back in time")
        expect((ends["f"]["lane"], ns(ends["f"]["ts"])) in runs, ends["f"], "a flow ends nowhere")
        at = ns(ends["s"]["ts"])
        expect(any(begin <= at <= -end for begin, end, _ in lanes.get(ends["s"]["lane"], [])), ends["s"],
               "a flow begins nowhere")


def check(path):
    with open(path, encoding="utf-8") as file:
        trace = json.load(file)
    expect(isinstance(trace, dict) and isinstance(trace.get("traceEvents"), list), {}, "traceEvents")
    other = trace.get("otherData", {})
    expect(other.get("model") in ("cooperative", "preemptive"), other, "model")
    expect(other.get("clock") in ("real", "virtual"), other, "clock")
    expect(other.get("library", "").startswith("cigo "), other, "library")
    expect(bool(other.get("program")) and other.get("start_ns", "").isdigit(), other, "program, start_ns")
    expect(trace.get("displayTimeUnit") == "ns", {}, "displayTimeUnit")
    named, threads, lanes, flows, runs, done, of_thread = {}, {}, {}, {}, set(), set(), []
    for e in trace["traceEvents"]:
        check_fields(e)
        if "lane" not in e:
            continue
        tid = e["lane"]
        if e["ph"] == "M" and e["name"] == "lane_name":
            expect(tid not in named, e, "named twice")
            named[tid] = e["args"]["name"]
        elif e["ph"] == "M" and e["name"] == "thread_name":
            expect(named.get(tid) == e["args"]["name"], e, "a thread without its lane")
            threads[tid] = e["tid"]
        elif e["ph"] == "M" and e["name"] == "kernel_source":
            expect(e["args"]["source"] in SOURCES, e, "source")
        elif e["ph"] == "X" and e["cat"] == "kernel":
            expect(tid in named, e, "the kernel's view of no lane")
        elif e["ph"] == "b":
            begin = ns(e["ts"])
            lanes.setdefault(tid, []).append((begin, -(begin + ns(e["dur"])), e))
        elif e["ph"] == "X":
            of_thread.append(e)
            begin = ns(e["ts"])
            lanes.setdefault(tid, []).append((begin, -(begin + ns(e["dur"])), e))
            if e["cat"] in ("run", "worker"):
                runs.add((tid, begin))
        elif e["ph"] in "sf":
            expect(e["ph"] not in flows.setdefault(e["id"], {}), e, "a flow has two ends of a kind")
            flows[e["id"]][e["ph"]] = e
        elif e["name"] == "done" and e["cat"] == "task":
            expect(tid not in done, e, "done twice")
            done.add(tid)
    expect(named.get(0) == "loop" and named.get(1) == "main", named, "lanes 0 and 1")
    for tid in set(lanes) | done:
        expect(tid in named, tid, "a lane without name")
    for e in of_thread:
        expect(threads.get(e["lane"]) == e["tid"], e, "not on the thread of its lane")
    check_threads(trace["traceEvents"])
    for spans in lanes.values():
        check_lane(spans)
    check_flows(flows, runs, lanes)
    if other["model"] == "cooperative":
        # the baton: whoever runs, runs alone
        check_baton([s for spans in lanes.values() for s in spans if s[2]["cat"] in ("run", "callback")])
    expect(done == set(named) - {0}, sorted(set(named) - {0} - done), "never done")
    return len(trace["traceEvents"]), len(named)


def check_baton(spans, what="two hold the baton"):
    last = 0
    for begin, negative_end, e in sorted(spans, key=lambda s: s[:2]):
        expect(begin >= last, e, what)
        last = max(last, -negative_end)


def main(paths):
    status = 0
    for path in paths:
        try:
            events, lanes = check(path)
            print(f"{path}: {events} events, {lanes} lanes")
        except (Bad, OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            print(f"{path}: {problem}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
