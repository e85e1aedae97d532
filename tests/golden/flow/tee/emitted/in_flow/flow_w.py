"""Workflow w of in (in.nml:8)."""

from nstack.runtime import Call, Literal, Parameter, Sink, Workflow, copy_value, standard

from . import types as t
from .modules import in_

literal_1 = Literal((1, 2), t.Integer, origin="in.nml:8:9", text="[1, 2]")
orders_2 = Call(in_, "orders", input=t.Integer, output=t.Order, origin="in.nml:8:18", text="orders")
known_4 = Call(in_, "known", input=t.Order, output=t.Order | None, origin="in.nml:8:28", text="known")
log_6 = Sink("Sinks.log", t.Order, origin="in.nml:8:37", text="Sinks.log")
price_7 = Call(in_, "price", input=t.Order, output=t.Order, origin="in.nml:8:49", text="price")
jsonl_8 = Sink(
    "Sinks.jsonl",
    t.Order,
    parameters=(
        Parameter("path", "Text", "out.jsonl", origin="in.nml:8:71"),
        Parameter("compression", "enum", "auto", choices=("auto", "none", "gzip", "bzip2", "xz", "zstd"), default=True),
        Parameter("mode", "enum", "replace", choices=("replace", "append", "error"), default=True),
    ),
    origin="in.nml:8:57",
    text="Sinks.jsonl",
)
to_json_9 = Call(standard, "Conv.to_json", input=t.Order, output=t.Text, origin="in.nml:8:94", text="Conv.to_json")
stdout_10 = Sink("Sinks.stdout", t.Text, origin="in.nml:8:109", text="Sinks.stdout")


def from_literal_1(values, token):
    """[1, 2] | in.orders | (… & …)"""
    for a in values:
        for b in orders_2(a, token):  # in.nml:8:18  in.orders
            c = copy_value(b)  # in.nml:8:28  &
            for d in known_4(c, token):  # in.nml:8:28  in.known
                if d is None:  # in.nml:8:28  ?
                    continue
                log_6(d, token)  # in.nml:8:37  Sinks.log
            c = copy_value(b)  # in.nml:8:28  &
            for d in price_7(c, token):  # in.nml:8:49  in.price
                jsonl_8(d, token)  # in.nml:8:57  Sinks.jsonl
            for c in to_json_9(b, token):  # in.nml:8:94  Conv.to_json
                stdout_10(c, token)  # in.nml:8:109  Sinks.stdout


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(orders_2, known_4, price_7, to_json_9),
    sinks=(log_6, jsonl_8, stdout_10),
    bounded=True,
    origin="in.nml:8:5",
)
