# SPDX-License-Identifier: MIT
"""The program of docs/moving.md with asyncio (Python 3.11)."""
import asyncio

SOURCES = [("slow", 60.0, 30), ("near", 0.02, 10), ("far", 0.15, 20)]


async def ask(quotes, name, seconds, price):
    await asyncio.sleep(seconds)
    await quotes.put((name, price))


async def collect(quotes):
    missing = len(SOURCES)
    try:
        async with asyncio.timeout(1):
            while missing:
                name, price = await quotes.get()
                print(f"{name}: {price}")
                missing -= 1
    except TimeoutError:
        pass
    print(f"missing: {missing}")


async def main():
    quotes = asyncio.Queue(3)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(quotes, *source)) for source in SOURCES]
        await collect(quotes)
        for task in tasks:
            task.cancel()
    print("nobody is left")


asyncio.run(main())
