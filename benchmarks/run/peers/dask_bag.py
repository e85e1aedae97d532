"""A Dask bag, in two processes."""

import sys
from pathlib import Path

import dask
import dask.bag as db
from methods import M, decoded, encoded


def is_some(order):
    return order is not None


def main(source, target):
    lines = db.read_text(source, blocksize=8 << 20)
    orders = lines.map(decoded).map(M.taxed).map(M.large).filter(is_some)
    with dask.config.set(scheduler="processes", num_workers=2):
        parts = orders.map(M.split).flatten().map(encoded).to_textfiles(f"{target}.*.part", last_endline=True)
    with open(target, "wb") as out:
        for part in parts:
            out.write(Path(part).read_bytes())
            Path(part).unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
