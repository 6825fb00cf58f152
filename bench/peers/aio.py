# SPDX-License-Identifier: MIT
"""asyncio, to compare with.

    aio.py echo [uvloop]		an echo server by streams; prints its port
    aio.py many TASKS MS [uvloop]	TASKS tasks count ten times, sleeping MS ms each time
    aio.py yield COUNT N		COUNT yields of N tasks
    aio.py spawn COUNT N		COUNT tasks awaited, N at a time
    aio.py pipe COUNT			64 bytes there and back by two pipes
    aio.py timers N			N callbacks for later
"""
import asyncio
import json
import os
import resource
import socket
import sys
import time

SIZE = 32768


def say(**what):
    print(json.dumps(what), flush=True)


def clocks():
    return time.monotonic_ns(), time.process_time_ns()


def say_time(start, count):
    wall, cpu = clocks()
    say(ns=(wall - start[0]) / count, cpu=(cpu - start[1]) / count)


async def serve(reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while data := await reader.read(SIZE):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def echo():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def many(tasks, ms):
    count = 0

    async def work():
        nonlocal count
        for _ in range(10):
            count += 1
            await asyncio.sleep(ms / 1000)

    start = time.monotonic()
    await asyncio.gather(*(work() for _ in range(tasks)))
    assert count == 10 * tasks
    say(s=time.monotonic() - start, count=count,
        rss=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / tasks)


async def yields(count, n):
    async def work():
        for _ in range(count // n):
            await asyncio.sleep(0)

    start = clocks()
    await asyncio.gather(*(work() for _ in range(n)))
    say_time(start, count)


async def spawns(count, n):
    async def nothing():
        pass

    start = clocks()
    for _ in range(count // n):
        for task in [asyncio.create_task(nothing()) for _ in range(n)]:
            await task
    say_time(start, count)


async def pipe():
    loop = asyncio.get_running_loop()
    r, w = os.pipe()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(r, "rb"))
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(), os.fdopen(w, "wb"))
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


async def pipes(count):
    there_in, there_out = await pipe()
    back_in, back_out = await pipe()

    async def answer():
        while data := await there_in.read(64):
            back_out.write(data)
            await back_out.drain()

    task = asyncio.create_task(answer())
    start = clocks()
    for _ in range(count):
        there_out.write(b"x" * 64)
        await there_out.drain()
        await back_in.readexactly(64)
    say_time(start, count)
    task.cancel()


async def timers(n):
    """All are due when the loop gets to them, as in `time timers`."""
    loop = asyncio.get_running_loop()
    called = 0

    def count(_):
        nonlocal called
        called += 1
        if called % n == 0:
            done.set_result(None)

    start = clocks()
    i = 0
    while i < 1 or (called < 20000 and i < 100):
        i += 1
        done = loop.create_future()
        for k in range(n):
            loop.call_later((k * 0x9E3779B97F4A7C15 >> 44 & 0xFFFFF) * 1e-9, count, None)
        time.sleep(0.0012)
        await done
    say_time(start, called)


WORK = {"echo": echo, "many": many, "yield": yields, "spawn": spawns, "pipe": pipes,
        "timers": timers}

if __name__ == "__main__":
    args = sys.argv[1:]
    if not args or args[0] not in WORK:
        sys.exit(__doc__)
    if args[-1] == "uvloop":
        import uvloop
        uvloop.install()
        args.pop()
    try:
        asyncio.run(WORK[args[0]](*map(int, args[1:])))
    except KeyboardInterrupt:
        pass
