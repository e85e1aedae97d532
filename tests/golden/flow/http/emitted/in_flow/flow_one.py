"""Workflow one of in (in.nml:7)."""

from nstack.runtime import Call, Parameter, Policy, Sink, Source, Workflow, overlap

from . import types as t
from .modules import in_

http_1 = Source(
    "Sources.http",
    t.Question,
    parameters=(
        Parameter("http_path", "Text", "/one", origin="in.nml:7:36"),
        Parameter("http_port", "Integer", 9000, origin="in.nml:7:56"),
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
    origin="in.nml:7:11",
    text="Sources.http<Question>",
)
later_2 = Call(
    in_, "later", input=t.Question, output=t.Text, policy=Policy(on_error="skip"), origin="in.nml:7:77", text="later"
)
reply_3 = Sink("Sinks.reply", t.Text, policy=Policy(on_error="skip"), origin="in.nml:7:85", text="Sinks.reply")


def from_http_1(values, token):
    """Sources.http | in.later | Sinks.reply"""
    for a in overlap(later_2, values, token):  # in.nml:7:77  in.later
        reply_3(a, token)  # in.nml:7:85  Sinks.reply


workflow = Workflow(
    "one", module="in", sources=((http_1, from_http_1),), calls=(later_2,), sinks=(reply_3,), origin="in.nml:7:5"
)
