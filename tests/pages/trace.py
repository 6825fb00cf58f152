# SPDX-License-Identifier: MIT
"""Makes traces without the library: trace.py OUT MODEL KIND [EVENTS].

A few coroutines are played in either model; KIND is "small", "names" (names that must do no harm),
"large" (EVENTS spans or more) or "cut" (the program was killed while it wrote)."""
import heapq
import json
import random
import sys

NAMES = ["</script><script>window.harmed=1</script>", "\"quotes\" & 'ticks' <b>", "Grüße, 日本語 🙂", "back\\slash", ""]


class Play:
    """Coroutines as generators of ("run", us), (kind of wait, us, on, at); one at a time, or all."""

    def __init__(self, model):
        self.model, self.now, self.order, self.events = model, 0.0, 0, []
        self.timers, self.free, self.id = [], 0.0, 0
        self.meta("process_name", 0, {"name": "sample"})
        self.meta("thread_name", 0, {"name": "loop"})

    def meta(self, name, tid, args):
        self.events.append({"ph": "M", "name": name, "pid": 7, "tid": tid, "args": args})

    def span(self, cat, name, tid, begin, end, args=None):
        self.events.append({"ph": "X", "cat": cat, "name": name, "pid": 7, "tid": tid, "ts": round(begin, 3),
                            "dur": round(round(end, 3) - round(begin, 3), 3), "args": args or {}})

    def mark(self, name, tid, at, args=None):
        self.events.append({"ph": "i", "s": "t", "cat": "task", "name": name, "pid": 7, "tid": tid,
                            "ts": round(at, 3), "args": args or {}})

    def spawn(self, lane, name, body, at, by):
        self.meta("thread_name", lane, {"name": name})
        self.meta("thread_sort_index", lane, {"sort_index": lane})
        if by:
            self.mark("spawn", by, at, {"task": name, "lane": lane})
        self.push(at, lane, body, None)

    def push(self, at, lane, body, waker):
        self.order += 1
        heapq.heappush(self.timers, (at, self.order, lane, body, waker))

    def play(self):
        while self.timers:
            at, _, lane, body, waker = heapq.heappop(self.timers)
            begin = at if self.model == "preemptive" else max(at, self.free)
            if begin > at:
                self.span("ready", "ready", lane, at, begin)
            if waker is not None:
                self.id += 1
                flow = {"cat": "wake", "name": "wake", "pid": 7, "id": self.id}
                self.events.append(dict(flow, ph="s", tid=waker, ts=round(at, 3)))
                self.events.append(dict(flow, ph="f", bp="e", tid=lane, ts=round(begin, 3)))
            end, wait = begin, None
            for step in body:
                if step[0] == "run":
                    end += step[1]
                elif step[0] == "spawn":
                    self.spawn(*step[1:], end, lane)
                else:
                    wait = step
                    break
            self.span("run", "run", lane, begin, end)
            self.free = max(self.free, end)
            if wait:
                kind, us, on, place = wait
                self.span("blocking" if kind == "blocking" else "wait", kind, lane, end, end + us,
                          {} if kind == "blocking" else {"on": on, "at": place})
                self.push(end + us, lane, body, 0 if kind == "sleep" else 1 if lane != 1 else 2)
            else:
                self.mark("done", lane, end, {"error": 0, "text": "success"})

    def write(self, path, cut):
        self.events.append({"ph": "X", "cat": "poll", "name": "poll", "pid": 7, "tid": 0, "ts": 1.0, "dur": 2.5,
                            "args": {"events": 1}})
        text = '{"traceEvents":[\n' + ",\n".join(json.dumps(e, ensure_ascii=False) for e in self.events)
        if cut:
            text = text[:len(text) * 2 // 3]
        else:
            other = {"model": self.model, "clock": "real", "program": "sample", "library": "cigo 0.1.0",
                     "start_ns": "123456789012345"}
            text += '\n],"displayTimeUnit":"ns","otherData":%s}\n' % json.dumps(other)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def worker(rng, rounds):
    waits = [("sleep", 1), ("mutex_lock", 0.6), ("queue_get", 0.8), ("stream_read", 1.2), ("future_await", 0.7),
             ("iter_next", 0.3), ("yield", 0.0), ("blocking", 1.5)]
    for _ in range(rounds):
        yield ("run", rng.uniform(8, 90))
        kind, scale = rng.choice(waits)
        yield (kind, rng.uniform(40, 260) * scale, rng.choice(["", "account", "worker 2"]), "transfer:%d" % rng.randint(10, 99))
    yield ("run", 5)


def main_body(rng, names, rounds):
    yield ("run", 20)
    for i, name in enumerate(names):
        yield ("spawn", i + 2, name, worker(random.Random(i), rounds))
        yield ("run", 6)
    yield ("group_wait", 400, "group", "main:42")
    yield ("run", 30)


def kernel(path, source="perf"):
    """Four clerks on two CPUs, as the kernel tells it: who is on one, preempted, blocked; and what they note. The last
    two take each other's lock and stop."""
    play = Play("preemptive")
    play.events.append({"name": "kernel_source", "ph": "M", "pid": 7, "tid": 0, "args": {"source": source}})
    for lane in range(1, 6):
        play.meta("thread_name", lane, {"name": "main" if lane == 1 else "clerk %d" % (lane - 1)})
        play.span("run", "run", lane, 10 * lane, 1000)
    k = lambda what, lane, begin, end, **args: play.span("kernel", what, lane, begin, end, args)  # noqa: E731
    k("on CPU", 1, 10, 40, cpu=0)
    k("blocked", 1, 40, 1000, **{"in": "futex"})
    k("on CPU", 1, 1000, 9000, cpu=0)  # when the run is over
    # each CPU has one at a time; one clerk is preempted between its read and its write
    k("on CPU", 2, 40, 200, cpu=0)
    k("preempted", 2, 200, 300)
    k("on CPU", 2, 300, 400, cpu=0)
    k("on CPU", 3, 100, 250, cpu=1)
    k("on CPU", 4, 200, 300, cpu=0)
    k("blocked", 4, 300, 1000, **{"in": "sem_wait on fork 3"})
    k("on CPU", 5, 250, 400, cpu=1)
    k("blocked", 5, 400, 1000, **{"in": "sem_wait on fork 4"})
    for lane, at, text in ((2, 150, "read 1,000"), (3, 160, "read 1,000"), (3, 220, "wrote 1,010"),
                           (2, 350, "wrote 1,010: an update is lost")):
        play.events.append({"ph": "i", "s": "t", "cat": "note", "name": "note", "pid": 7, "tid": lane, "ts": at,
                            "args": {"text": text}})
    play.write(path, False)


def make(path, model, kind, events):
    names = NAMES if kind == "names" else ["worker %d" % i for i in range(1, 6 if kind != "large" else 13)]
    rounds = 12 if kind != "large" else events // len(names) // 2 + 1
    play = Play(model)
    play.spawn(1, "main", main_body(random.Random(1), names, rounds), 0, 0)
    play.play()
    play.write(path, kind == "cut")


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0)
