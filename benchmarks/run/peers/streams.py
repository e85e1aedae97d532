"""streamz, a line at a time."""

import sys

from methods import DECODE_ONE, ENCODE_ONE, M
from streamz import Stream


def main(source, target):
    with open(source, "rb") as lines, open(target, "wb") as out:
        start = Stream()
        kept = start.map(DECODE_ONE).map(M.taxed).map(M.large).filter(lambda order: order is not None)
        kept.map(M.split).flatten().map(ENCODE_ONE).sink(lambda data: out.write(data + b"\n"))
        for line in lines:
            start.emit(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
