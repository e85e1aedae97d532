"""Workflow w of in (in.nml:5)."""

from nstack.runtime import Call, Literal, Parameter, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal(("a",), t.Text, origin="in.nml:5:10", text='["a"]')
x_2 = Call(
    in_,
    "x",
    input=t.Text,
    output=t.Text,
    parameters=(
        Parameter("foo", "Text", "baz", origin="in.nml:4:13"),
        Parameter("n", "Integer", 12, origin="in.nml:5:35"),
        Parameter("wait", "Duration", 90.0, default=True),
        Parameter("how", "enum", "b", choices=("a", "b"), origin="in.nml:5:45"),
        Parameter("tags", "[Text]", ["a", "b"], origin="in.nml:5:106"),
        Parameter("share", "Double", 0.5, default=True),
        Parameter("on", "Boolean", False, default=True),
    ),
    origin="in.nml:4:9",
    text="x",
)
free_3 = Call(
    in_,
    "free",
    input=t.Text,
    output=t.Text,
    parameters=(
        Parameter("any", "Text", "3", open=True, origin="in.nml:5:66"),
        Parameter("path", "Text", environment="OUT", open=True, origin="in.nml:5:93"),
        Parameter("tags", "Text", '["a", "b"]', open=True, origin="in.nml:5:106"),
    ),
    origin="in.nml:5:59",
    text="free",
)
jsonl_4 = Sink(
    "Sinks.jsonl",
    t.Text,
    parameters=(
        Parameter("path", "Text", environment="OUT", origin="in.nml:5:93"),
        Parameter("compression", "enum", "auto", choices=("auto", "none", "gzip", "bzip2", "xz", "zstd"), default=True),
        Parameter("mode", "enum", "replace", choices=("replace", "append", "error"), default=True),
    ),
    origin="in.nml:5:78",
    text="Sinks.jsonl",
)


def from_literal_1(values, token):
    """["a"] | in.x | in.free | Sinks.jsonl"""
    for a in values:
        for b in x_2(a, token):  # in.nml:4:9  in.x
            for c in free_3(b, token):  # in.nml:5:59  in.free
                jsonl_4(c, token)  # in.nml:5:78  Sinks.jsonl


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(x_2, free_3),
    sinks=(jsonl_4,),
    bounded=True,
    origin="in.nml:5:5",
)
