"""A generator a stage, a line at a time."""

import sys

from methods import DECODE_ONE, ENCODE_ONE, M


def decoded(lines):
    for line in lines:
        yield DECODE_ONE(line)


def taxed(orders):
    for order in orders:
        yield M.taxed(order)


def large(orders):
    for order in orders:
        kept = M.large(order)
        if kept is not None:
            yield kept


def split(orders):
    for order in orders:
        yield from M.split(order)


def main(source, target):
    with open(source, "rb") as lines, open(target, "wb") as out:
        for tagged in split(large(taxed(decoded(lines)))):
            out.write(ENCODE_ONE(tagged) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
