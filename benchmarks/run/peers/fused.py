"""By hand: one loop over batches, decoded and encoded at once with msgspec, the methods called one after the other."""

import sys

from methods import DECODE, ENCODE, M


def blocks(file, size=256 << 10):
    """Whole lines, about so many bytes of them at a time."""
    rest = b""
    while block := file.read(size):
        end = block.rfind(b"\n") + 1
        yield rest + block[:end]
        rest = block[end:]
    if rest:
        yield rest


def main(source, target):
    taxed, large, split = M.taxed, M.large, M.split
    with open(source, "rb") as lines, open(target, "wb") as out:
        for block in blocks(lines):
            made = []
            for order in DECODE(block):
                kept = large(taxed(order))
                if kept is not None:
                    made += split(kept)
            out.write(ENCODE(made))


if __name__ == "__main__":
    main(*sys.argv[1:])
