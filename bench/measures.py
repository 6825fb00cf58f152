# SPDX-License-Identifier: MIT
"""What is measured, and against what. See run for the rules."""
import contextlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time

import quiet

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = next((p for p in ("/usr/bin/python3", sys.executable)
               if os.path.exists(p) and not subprocess.call([p, "-c", "import uvloop"],
                                                            stderr=subprocess.DEVNULL)),
              sys.executable)
AIO = (PYTHON, os.path.join(HERE, "peers", "aio.py"))
PLAIN = {"CIGO_SPIN": "0"}
SPIN = {"CIGO_SPIN": "1"}
LIMIT = "bench/peers/threads"


def number_in(path, default):
    try:
        with open(path, encoding="ascii") as f:
            return int(f.read())
    except (OSError, ValueError):
        return default


def most_threads():
    """As many as the system allows one program, with room for the others."""
    import resource
    soft = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    limits = [number_in("/proc/sys/kernel/pid_max", 32768),
              number_in("/proc/sys/kernel/threads-max", 32768),
              number_in("/proc/sys/vm/max_map_count", 65530) // 2]
    if soft > 0:
        limits.append(soft)
    return min(limits) - 1500


def idle_ticks():
    """processor: ticks it was idle"""
    ticks = {}
    with open("/proc/stat", encoding="ascii") as f:
        for line in f:
            word = line.split()
            if word[0].startswith("cpu") and word[0] != "cpu":
                ticks[int(word[0][3:])] = int(word[4])
    return ticks


class Failed(Exception):
    """A program that was to be measured ended with an error."""


class Measures:
    def __init__(self, table, fast=False):
        self.table, self.fast = table, fast
        self.rounds = 3 if fast else 5
        self.quiet = quiet.Quiet()
        self.repeat_until = time.monotonic() + (15 if fast else 300)
        self.cpus = sorted(os.sched_getaffinity(0))
        self.choose()

    def choose(self):
        """one: the idlest processor; other: the next, where there is one."""
        first = idle_ticks()
        time.sleep(0.1)
        later = idle_ticks()
        order = sorted(self.cpus, key=lambda c: first.get(c, 0) - later.get(c, 0))
        self.one, self.other = {order[0]}, {order[min(1, len(order) - 1)]}

    # --- is the machine quiet? ---------------------------------------------------------------

    def probe(self):
        self.quiet.add([self.run((LIMIT, "ring", 3000, 2)) for _ in range(5)])

    def measure(self, part):
        """Until the machine was quiet before and after, or there is no more time for that."""
        for more in (2, 1, 0):
            self.choose()
            usage = quiet.Usage()
            part()
            others = usage.others()
            if not self.table.pending:
                return
            self.probe()
            why = self.quiet.disturbed(others)
            if not why or not more or time.monotonic() > self.repeat_until:
                self.table.keep(why)
                return
            print(f"Disturbed, and measured again: {why}.", flush=True)
            self.table.drop()

    # --- running -----------------------------------------------------------------------------

    def start(self, command, cpus, env=PLAIN, **more):
        return subprocess.Popen([str(c) for c in command], env={**os.environ, **env}, text=True,
                                stdout=subprocess.PIPE,
                                preexec_fn=lambda: os.sched_setaffinity(0, cpus), **more)

    def run(self, command, cpus=None, env=PLAIN):
        """The JSON object that the program prints."""
        p = self.start(command, cpus or self.one, env)
        try:
            out, _ = p.communicate(timeout=120)
        finally:
            p.kill()
            p.wait()
        if p.returncode:
            raise Failed(f"{' '.join(map(str, command))}: exit status {p.returncode}")
        return json.loads(out.splitlines()[-1])

    def alternate(self, runs):
        """Each of the runs (callables) once a round, every other round backwards. Their results."""
        results = {key: [] for key in runs}
        for i in range(self.rounds):
            for key in list(runs)[::-1 if i % 2 else 1]:
                if key not in results:
                    continue
                try:
                    results[key].append(runs[key]())
                except Failed as e:
                    self.table.note(f"Not measured, as it failed: {key}: {e}")
                    del results[key]
        return results

    # --- switching ---------------------------------------------------------------------------

    def switching(self):
        n = 20000 if self.fast else 60000
        ring = {k: (LIMIT, "ring", max(n, 3 * k), k) for k in (2, 100, 1000, 10000)}
        ring_spin = (LIMIT, "ring", n, 2)
        rows = [  # name, arguments, ring of, bar, environment
            ("yield-2", ("yield", n, 2), 2, "<= 1.10", PLAIN),
            ("yield-100", ("yield", n, 100), 100, "<= 1.10", PLAIN),
            ("yield-1000", ("yield", n, 1000), 1000, "<= 1.10", PLAIN),
            ("yield-10000", ("yield", max(n, 30000), 10000), 10000, None, PLAIN),
            ("yield-alone", ("yield", 10 * n, 1), 2, "<= 50 ns", PLAIN),
            ("spawn-1", ("spawn", n // 4, 1), 2, "<= 2.20", PLAIN),
            ("spawn-1000", ("spawn", 10 * n, 1000), 2, "<= 150 ns", PLAIN),
            ("future", ("future", n // 2), 2, None, PLAIN),
            ("queue", ("queue", n // 2), 2, None, PLAIN),
            ("generator", ("gen", n // 2), 2, None, PLAIN),
            ("pipe", ("pipe", n // 4), 2, "<= 4.25", PLAIN),
        ]
        if len(self.cpus) > 1:
            rows += [
                ("yield-2-spin", ("yield", 5 * n, 2), 2, "<= 0.35", SPIN),
                ("generator-spin", ("gen", 2 * n), 2, "<= 0.35", SPIN),
                ("queue-spin", ("queue", n), 2, None, SPIN),
                ("pipe-spin", ("pipe", n // 2), 2, "<= 2.50", SPIN),
            ]
        else:
            self.table.note("Not measured, as there is only one processor: spinning.")
        rows = [r for r in rows if self.table.wants(r[0]) and r[2] <= most_threads()]
        if not rows:
            return
        self.table.head("Switching, against a ring of N bare threads on one processor")
        runs = {}
        for name, args, k, _, env in rows:
            cpus = set(self.cpus) if env is SPIN else self.one
            runs["ring", k] = lambda k=k: self.run(ring[k])
            runs[name] = lambda a=args, c=cpus, e=env: self.run(("bench/switch", *a), c, e)
        got = self.alternate(runs)
        for name, _, k, bar, env in rows:
            if name not in got or ("ring", k) not in got:
                continue
            clock = "ns" if env is SPIN else "cpu"
            self.table.add(name, "ns", [g[clock] for g in got[name]], f"ring of {k:,}",
                           [g[clock] for g in got["ring", k]], bar)

    def python(self):
        n = 6000 if self.fast else 20000
        rows = {"yield-100": ("yield", n, 100), "spawn-1": ("spawn", n, 1),
                "spawn-1000": ("spawn", n, 1000), "pipe": ("pipe", n // 4)}
        rows = {k: v for k, v in rows.items() if self.table.wants(k)}
        if not rows:
            return
        self.table.head("The same, against asyncio")
        for name, args in rows.items():
            got = self.alternate({0: lambda: self.run(("bench/switch", *args))["cpu"],
                                  1: lambda: self.run((*AIO, *args))["cpu"]})
            self.table.add(name, "ns", got[0], "asyncio", got[1])

    # --- time, memory, processors ------------------------------------------------------------

    def sleeping(self):
        if not self.table.wants("sleep-late", "sleep-cpu"):
            return
        self.table.head("A sleep of 1 ms, against clock_nanosleep of a bare thread")
        n = 30 if self.fast else 150
        got = self.alternate({0: lambda: self.run(("bench/time", "sleep", n)),
                              1: lambda: self.run((LIMIT, "nap", n))})
        for key, name, less in (("ns", "sleep-late", 1e6), ("cpu", "sleep-cpu", 0)):
            self.table.add(name, "ns", [g[key] - less for g in got[0]], "bare thread",
                           [g[key] - less for g in got[1]])

    def exploring(self):
        rows = [  # name, what explores, how many schedules, bar
            ("explore", ("bench/explore", "here", 4000), "<= 60 us"),
            ("explore-start", ("bench/explore", "start", 4000), "<= 60 us"),
            ("explore-preemptive", ("bench/explore", "here", 2000, "preemptive"), None),
            ("explore-fork", ("bench/explore", "fork", 400), "<= 1500 us"),
            ("explore-command", ("bench/explore", "command", 400, "tools/cigo-explore"), None),
        ]
        rows = [r for r in rows if self.table.wants(r[0])]
        if not rows:
            return
        self.table.head("Exploring: CPU time of a schedule of ten choices")
        got = self.alternate({name: lambda a=args: self.run(a) for name, args, _ in rows})
        for name, _, bar in rows:
            if name in got:
                self.table.add(name, "us", [g["cpu"] / 1e3 for g in got[name]], bar=bar)

    def starting(self):
        if self.table.wants("start-hello"):
            n = 20 if self.fast else 100
            self.table.head("From the start of a program that runs a loop to its end, less what an "
                            "empty one takes")
            got = self.alternate({name: lambda p=p: self.run(("bench/start", n, p))["ns"] / 1e3
                                  for name, p in (("hello", "bench/hello"),
                                                  ("empty", "bench/peers/empty"))})
            if len(got) == 2:
                self.table.add("start-hello", "us",
                               [h - e for h, e in zip(got["hello"], got["empty"])],
                               bar="<= 1500 us")
        library = "lib/.libs/libcigo.so"
        if not self.table.wants("library-text"):
            return
        if not os.path.exists(library) or not shutil.which("size"):
            self.table.note("Not measured, as there is no shared library, or no size(1): "
                            "library-text.")
            return
        self.table.head("Code of the shared library (its section .text)")
        for line in subprocess.check_output(["size", "-A", library], text=True).splitlines():
            if line.startswith(".text "):
                self.table.add("library-text", "KB", [int(line.split()[1]) / 1000],
                               bar="<= 250 KB", timed=False)

    def memory(self):
        if not self.table.wants("create", "memory-resident", "memory-system"):
            return
        n = min(2000 if self.fast else 10000, most_threads())
        self.table.head(f"{n:,} sleeping coroutines, against as many bare threads")
        got = self.alternate({0: lambda: self.run(("bench/crowd", n)),
                              1: lambda: self.run((LIMIT, "crowd", n))})
        for key, name, unit, scale, bar in (("cpu", "create", "us", 1e3, None),
                                            ("rss", "memory-resident", "KiB", 1024, None),
                                            ("system", "memory-system", "KiB", 1024, "<= 1.10")):
            self.table.add(name, unit, [g[key] / scale for g in got[0]], "bare threads",
                           [g[key] / scale for g in got[1]], bar)

    def together(self):
        if not self.table.wants("two-processes") or len(self.cpus) < 2:
            return
        self.table.head("Two programs that compute, started together, against one alone")
        command = ("bench/burn", 2000 if self.fast else 5000)
        everywhere = set(self.cpus)

        def two():
            both = [self.start(command, everywhere) for _ in range(2)]
            out = [p.communicate(timeout=120)[0] for p in both]
            return max(json.loads(o)["ns"] for o in out) / 1e6
        got = self.alternate({0: two, 1: lambda: self.run(command, everywhere)["ns"] / 1e6})
        self.table.add("two-processes", "ms", got[0], "alone", got[1], "<= 1.25")

    def many(self):
        n = min(3000 if self.fast else 100000, most_threads())
        program = "demos/many"
        if not self.table.wants("many-1", "many-2") or not os.path.exists(program):
            return
        ms = 50 if self.fast else 500
        self.table.head(f"{n:,} tasks that count and sleep {ms} ms, ten times, against asyncio")
        runs = {f"many-{k}": (program, "--tasks", n, "--loops", k, "--sleep", ms) for k in (1, 2)}
        bars = {"many-1": "<= 1.00", "many-2": "<= 0.65"} if n == 100000 else {}
        peers = {"asyncio": (*AIO, "many", n, ms)}
        if uvloop_is_there():
            peers["uvloop"] = (*AIO, "many", n, ms, "uvloop")
        rounds, self.rounds = self.rounds, 1  # one takes a while
        got = self.alternate({k: lambda c=c: self.seconds(c) for k, c in {**runs, **peers}.items()})
        self.rounds = rounds
        for name in runs:
            for peer in peers:
                if name in got and peer in got:
                    self.table.add(name, "s", got[name], peer, got[peer],
                                   bars.get(name) if peer == "asyncio" else None)

    def seconds(self, command):
        start = time.monotonic()
        p = self.start(command, set(self.cpus))
        try:
            p.communicate(timeout=300)
        finally:
            p.kill()
            p.wait()
        if p.returncode:
            raise Failed(f"{command[0]}: exit status {p.returncode}")
        return time.monotonic() - start

    # --- TCP ---------------------------------------------------------------------------------

    def servers(self):
        """name: (command, processors)"""
        free = set(self.cpus)
        found = {"cigo": (("bench/echo",), self.one),
                 "threads": (("bench/peers/thread_echo",), self.one)}
        for name, package in (("npth", "libnpth0-dev"), ("pth", "libpth-dev"),
                              ("st", "libst-dev"), ("uv", "libuv1-dev")):
            path = f"bench/peers/{name}_echo"
            if os.path.exists(path):
                found[name] = ((path,), self.one)
            else:
                self.table.note(f"Not measured, as it is not installed: {package}. Once it is, "
                                "make bench finds it.")
        found["asyncio"] = ((*AIO, "echo"), self.one)
        if uvloop_is_there():
            found["uvloop"] = ((*AIO, "echo", "uvloop"), self.one)
        else:
            self.table.note("Not measured, as it is not installed: python3-uvloop")
        if len(free) > 1:
            found["cigo, free"] = (("bench/echo",), free)
            found["threads, free"] = (("bench/peers/thread_echo",), free)
            found["cigo, preemptive"] = (("bench/echo",), free)
        return found

    def tcp(self):
        shapes = [(c, s) for c, s in ((1, 64), (50, 64), (1000, 64), (50, 16384))
                  if self.table.wants(f"tcp-{c}-{s}")]
        if not shapes:
            return
        seconds = 0.08 if self.fast else 0.3
        with contextlib.ExitStack() as stack:
            ports = {}
            for name, (command, cpus) in self.servers().items():
                model = "preemptive" if name == "cigo, preemptive" else "cooperative"
                p = self.start(command, cpus, {**PLAIN, "CIGO_MODEL": model})
                stack.callback(p.wait)
                stack.callback(p.kill)
                port = int(p.stdout.readline())
                if echoes(port):
                    ports[name] = (port, p.pid)
                else:
                    self.table.note(f"Not measured, as it does not echo: {name}")
            for conns, size in shapes:
                self.table.head(f"TCP echo, {conns:,} connections, {size:,} bytes; p99 and "
                                f"the server's CPU time per request, us")
                longer = seconds * max(1, conns / 200)  # to connect them all takes its time
                got = self.alternate({
                    name: lambda port=port, pid=pid, c=conns, s=size, t=longer:
                    self.run(("bench/load", port, c, s, t, pid), self.other)
                    for name, (port, pid) in ports.items()})
                self.tcp_rows(f"tcp-{conns}-{size}", got, conns)

    def tcp_rows(self, name, got, conns):
        bars = {"threads": ">= 1.00", "npth": ">= 1.00", "asyncio": ">= 2.00"}
        for peer, results in got.items():
            ours = got.get("cigo, free" if "free" in peer else "cigo")
            if peer.startswith("cigo") or not ours:
                continue
            if peer == "threads, free" and "cigo, preemptive" in got:
                self.table.add(name + "-preemptive", "req/s",
                               [o["rate"] for o in got["cigo, preemptive"]], peer,
                               [r["rate"] for r in results], ">= 0.85" if conns == 50 else None)
            p99 = self.table.add(name + "-p99", "us", [o["p99"] for o in ours], peer,
                                 [r["p99"] for r in results], show=False)
            cpu = self.table.add(name + "-cpu", "us", [o["cpu"] for o in ours], peer,
                                 [r["cpu"] for r in results], show=False)
            self.table.add(name, "req/s", [o["rate"] for o in ours], peer,
                           [r["rate"] for r in results], bars.get(peer) if conns > 1 else None,
                           note=f"{p99['ours']:,.0f} / {p99['theirs']:,.0f}, "
                                f"{cpu['ours']:.1f} / {cpu['theirs']:.1f}")

    # --- growth ------------------------------------------------------------------------------

    def growth(self):
        most = 1000 if self.fast else 100000
        handoffs = [n for n in (10, 100, 1000, 10000, 30000, 100000)
                    if n <= min(most, most_threads())]
        if self.table.wants("growth-handoff"):
            self.table.head("Growth: a handoff among N coroutines, against a ring of N threads")
            for n in handoffs:
                count = max(20000, 3 * n)
                self.add_growth(f"growth-handoff-{n}", ("bench/switch", "yield", count, n),
                                "ring", (LIMIT, "ring", count, n), n)
            if most > handoffs[-1]:
                self.table.note(f"The limits on threads (kernel.pid_max, vm.max_map_count, "
                                f"RLIMIT_NPROC) allow no more than {handoffs[-1]:,} here.")
        if self.table.wants("growth-timer"):
            self.table.head("Growth: N timers set and called, time per timer, against asyncio")
            for n in (10, 100, 1000, 10000, 100000, 1000000):
                if n <= 10 * most:
                    self.add_growth(f"growth-timer-{n}", ("bench/time", "timers", n), "asyncio",
                                    (*AIO, "timers", n), n)

    def add_growth(self, name, ours, against, theirs, n):
        rounds, self.rounds = self.rounds, self.rounds if n <= 1000 and not self.fast else 1
        got = self.alternate({0: lambda: self.run(ours)["cpu"],
                              1: lambda: self.run(theirs)["cpu"]})
        self.rounds = rounds
        self.table.add(name, "ns", got[0], against, got[1])

    def all(self):
        load = os.getloadavg()[0]
        print(f"{platform.machine()}, {len(self.cpus)} processors, Linux {platform.release()}, "
              f"load average {load:.1f}, {self.rounds} rounds\n", flush=True)
        self.probe()
        for part in (self.switching, self.python, self.exploring, self.sleeping, self.starting,
                     self.memory, self.together, self.tcp, self.many, self.growth):
            self.measure(part)
        self.probe()
        print(f"\n{self.quiet.summary()}")


def uvloop_is_there():
    return not subprocess.call([PYTHON, "-c", "import uvloop"], stderr=subprocess.DEVNULL)


def echoes(port):
    """Whether two connections at a time get back what they send, in pieces and at once."""
    data = os.urandom(100000)
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as a, \
                socket.create_connection(("127.0.0.1", port), 5) as b:
            for size in (1, 64, len(data)):
                for s in (a, b):
                    s.settimeout(5)
                    s.sendall(data[:size])
                for s in (a, b):
                    back = bytearray()
                    while len(back) < size:
                        piece = s.recv(65536)
                        if not piece:
                            return False
                        back += piece
                    if back != data[:size]:
                        return False
        return True
    except OSError:
        return False
