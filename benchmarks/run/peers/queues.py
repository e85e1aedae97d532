"""An asyncio task and a queue a stage; so many records are put together, 256 or one."""

import asyncio
import sys
from itertools import islice

from methods import DECODE_ONE, ENCODE_ONE, M


async def stage(work, given, made):
    while (batch := await given.get()) is not None:
        await made.put(work(batch))
    await made.put(None)


def large(orders):
    return [order for order in map(M.large, orders) if order is not None]


def split(orders):
    return [tagged for order in orders for tagged in M.split(order)]


async def run(source, target, size):
    queues = [asyncio.Queue(16) for _ in range(6)]
    works = (
        lambda lines: [DECODE_ONE(line) for line in lines],
        lambda orders: [M.taxed(order) for order in orders],
        large,
        split,
        lambda tagged: b"".join([ENCODE_ONE(one) + b"\n" for one in tagged]),
    )
    tasks = [asyncio.create_task(stage(*one)) for one in zip(works, queues, queues[1:], strict=False)]

    async def write():
        with open(target, "wb") as out:
            while (data := await queues[-1].get()) is not None:
                out.write(data)

    writing = asyncio.create_task(write())
    with open(source, "rb") as lines:
        while batch := list(islice(lines, size)):
            await queues[0].put(batch)
    await queues[0].put(None)
    await asyncio.gather(writing, *tasks)


def main(source, target, size="256"):
    asyncio.run(run(source, target, int(size)))


if __name__ == "__main__":
    main(*sys.argv[1:])
