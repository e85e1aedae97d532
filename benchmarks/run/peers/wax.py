"""Bytewax, with an operator a step or with one for all."""

import sys

import bytewax.operators as op
from bytewax.connectors.files import FileSink, FileSource
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main
from methods import DECODE_ONE, ENCODE_ONE, M


def fused(line):
    kept = M.large(M.taxed(DECODE_ONE(line)))
    return () if kept is None else [("all", ENCODE_ONE(one).decode()) for one in M.split(kept)]


def main(source, target, way="fused"):
    flow = Dataflow("orders")
    lines = op.input("lines", flow, FileSource(source, batch_size=1000))
    if way == "fused":
        made = op.flat_map("all", lines, fused)
    else:
        orders = op.map("decode", lines, DECODE_ONE)
        taxed = op.map("taxed", orders, M.taxed)
        kept = op.filter_map("large", taxed, M.large)
        tagged = op.flat_map("split", kept, M.split)
        made = op.map("encode", tagged, lambda one: ("all", ENCODE_ONE(one).decode()))
    op.output("out", made, FileSink(target))
    run_main(flow)


if __name__ == "__main__":
    main(*sys.argv[1:])
