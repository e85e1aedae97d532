"""An async generator a stage, a line at a time."""

import asyncio
import sys

from methods import DECODE_ONE, ENCODE_ONE, M


async def decoded(lines):
    for line in lines:
        yield DECODE_ONE(line)


async def taxed(orders):
    async for order in orders:
        yield M.taxed(order)


async def large(orders):
    async for order in orders:
        kept = M.large(order)
        if kept is not None:
            yield kept


async def split(orders):
    async for order in orders:
        for tagged in M.split(order):
            yield tagged


async def run(source, target):
    with open(source, "rb") as lines, open(target, "wb") as out:
        async for tagged in split(large(taxed(decoded(lines)))):
            out.write(ENCODE_ONE(tagged) + b"\n")


def main(source, target):
    asyncio.run(run(source, target))


if __name__ == "__main__":
    main(*sys.argv[1:])
