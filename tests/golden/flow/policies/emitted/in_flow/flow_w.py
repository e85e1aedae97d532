"""Workflow w of in (in.nml:4)."""

from nstack.runtime import Call, Parameter, Policy, Sink, Source, Workflow

from . import types as t
from .modules import in_

stdin_1 = Source(
    "Sources.stdin",
    t.Text,
    parameters=(Parameter("max_line", "Integer", 67108864, default=True),),
    origin="in.nml:4:9",
    text="Sources.stdin",
)
f_2 = Call(
    in_,
    "f",
    input=t.Text,
    output=t.Text,
    policy=Policy(retry=5, timeout=2.0, fixed={"retry": "in.nml:4:29", "timeout": "in.nml:4:45"}),
    origin="in.nml:4:25",
    text="f",
)
g_3 = Call(
    in_,
    "g",
    input=t.Text,
    output=t.Text,
    policy=Policy(
        on_error="dead_letter",
        dead_letter="dead-letters/w.jsonl",
        parallelism=4,
        ordered=False,
        fixed={"on_error": "in.nml:4:68", "parallelism": "in.nml:4:94", "ordered": "in.nml:4:111"},
    ),
    origin="in.nml:4:64",
    text="g",
)
stdout_4 = Sink("Sinks.stdout", t.Text, origin="in.nml:4:131", text="Sinks.stdout")


def from_stdin_1(values, token):
    """Sources.stdin | in.f | in.g | Sinks.stdout"""
    for a in values:
        for b in f_2(a, token):  # in.nml:4:25  in.f
            for c in g_3(b, token):  # in.nml:4:64  in.g
                stdout_4(c, token)  # in.nml:4:131  Sinks.stdout


workflow = Workflow(
    "w",
    module="in",
    sources=((stdin_1, from_stdin_1),),
    calls=(f_2, g_3),
    sinks=(stdout_4,),
    bounded=True,
    origin="in.nml:4:5",
)
