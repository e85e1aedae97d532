"""Workflow all of in (in.nml:6)."""

from nstack.runtime import Call, Parameter, Policy, Sink, Source, Workflow

from . import types as t
from .modules import in_

http_1 = Source(
    "Sources.http",
    t.Question,
    parameters=(
        Parameter("http_path", "Text", "/all", origin="in.nml:6:36"),
        Parameter("http_port", "Integer", 8080, default=True),
        Parameter("http_host", "Text", "127.0.0.1", default=True),
        Parameter("http_ack", "enum", "done", choices=("done", "received"), default=True),
        Parameter("http_max_body", "Integer", 16777216, default=True),
        Parameter("http_queue", "Integer", 1024, default=True),
        Parameter("http_timeout", "Duration", 300.0, default=True),
        Parameter("http_receive_timeout", "Duration", 20.0, default=True),
        Parameter("http_connections", "Integer", 1000, default=True),
        Parameter("http_token", "Text", "", default=True),
        Parameter("http_cert_file", "Text", "", default=True),
        Parameter("http_key_file", "Text", "", default=True),
    ),
    policy=Policy(on_error="skip"),
    origin="in.nml:6:11",
    text="Sources.http<Question>",
)
answer_2 = Call(
    in_,
    "answer",
    input=t.Question,
    output=list[t.Text],
    policy=Policy(on_error="skip"),
    origin="in.nml:6:59",
    text="answer",
)
reply_4 = Sink(
    "Sinks.reply", t.Text, policy=Policy(on_error="skip"), origin="in.nml:6:69", text="Sinks.reply", many=True
)


def from_http_1(values, token):
    """Sources.http | in.answer* | Sinks.reply"""
    for a in values:
        for b in answer_2(a, token):  # in.nml:6:59  in.answer
            for c in b:  # in.nml:6:59  *
                reply_4(c, token)  # in.nml:6:69  Sinks.reply


workflow = Workflow(
    "all", module="in", sources=((http_1, from_http_1),), calls=(answer_2,), sinks=(reply_4,), origin="in.nml:6:5"
)
