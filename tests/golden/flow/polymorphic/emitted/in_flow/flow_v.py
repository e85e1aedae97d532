"""Workflow v of in (in.nml:8)."""

from nstack.runtime import Call, Literal, Sink, Workflow, standard

from . import types as t
from .modules import in_

literal_1 = Literal(("x",), t.Text, origin="in.nml:8:9", text='["x"]')
twice_3 = Call(in_, "twice", input=t.Text, output=t.PairTextText, origin="in.nml:6:12", text="twice", use=1)
swap_4 = Call(in_, "swap", input=t.PairTextText, output=t.PairTextText, origin="in.nml:6:20", text="swap", use=1)
to_json_5 = Call(
    standard, "Conv.to_json", input=t.PairTextText, output=t.Text, origin="in.nml:6:27", text="Conv.to_json", use=1
)
stdout_6 = Sink("Sinks.stdout", t.Text, origin="in.nml:6:42", text="Sinks.stdout", use=1)
twice_7 = Call(in_, "twice", input=t.Text, output=t.PairTextText, origin="in.nml:8:25", text="twice")
twice_8 = Call(
    in_, "twice", input=t.PairTextText, output=t.PairPairTextTextPairTextText, origin="in.nml:8:33", text="twice"
)
twice_9 = Call(
    in_, "twice", input=t.PairPairTextTextPairTextText, output=t.Pair, origin="in.nml:6:12", text="twice", use=2
)
swap_10 = Call(in_, "swap", input=t.Pair, output=t.Pair, origin="in.nml:6:20", text="swap", use=2)
to_json_11 = Call(
    standard, "Conv.to_json", input=t.Pair, output=t.Text, origin="in.nml:6:27", text="Conv.to_json", use=2
)
stdout_12 = Sink("Sinks.stdout", t.Text, origin="in.nml:6:42", text="Sinks.stdout", use=2)


def from_literal_1(values, token):
    """["x"] | (… & …)"""
    for a in values:
        for b in twice_3(a, token):  # in.nml:6:12  in.twice
            for c in swap_4(b, token):  # in.nml:6:20  in.swap
                for d in to_json_5(c, token):  # in.nml:6:27  Conv.to_json
                    stdout_6(d, token)  # in.nml:6:42  Sinks.stdout
        for b in twice_7(a, token):  # in.nml:8:25  in.twice
            for c in twice_8(b, token):  # in.nml:8:33  in.twice
                for d in twice_9(c, token):  # in.nml:6:12  in.twice
                    for e in swap_10(d, token):  # in.nml:6:20  in.swap
                        for f in to_json_11(e, token):  # in.nml:6:27  Conv.to_json
                            stdout_12(f, token)  # in.nml:6:42  Sinks.stdout


workflow = Workflow(
    "v",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(twice_3, swap_4, to_json_5, twice_7, twice_8, twice_9, swap_10, to_json_11),
    sinks=(stdout_6, stdout_12),
    bounded=True,
    origin="in.nml:8:5",
)
