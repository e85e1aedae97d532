"""Workflow serve of Shop.Workflows:0.1.0 (shop/module.nml:12)."""

from nstack.runtime import Call, Parameter, Policy, Sink, Source, Workflow, overlap

from . import types as t
from .modules import shop_prices_0_1_0

http_1 = Source(
    "Sources.http",
    t.Order,
    parameters=(
        Parameter("http_path", "Text", "/orders", origin="shop/module.nml:12:28"),
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
    origin="shop/module.nml:12:13",
    text="Sources.http",
)
price_2 = Call(
    shop_prices_0_1_0,
    "price",
    input=t.Order,
    output=t.Priced,
    parameters=(Parameter("factor", "Double", 2.0, default=True),),
    policy=Policy(on_error="skip"),
    origin="shop/module.nml:13:5",
    text="Prices.price",
)
reply_3 = Sink(
    "Sinks.reply", t.Priced, policy=Policy(on_error="skip"), origin="shop/module.nml:14:5", text="Sinks.reply"
)


def from_http_1(values, token):
    """Sources.http | Prices.price | Sinks.reply"""
    for b in overlap(price_2, values, token):  # shop/module.nml:13:5  Prices.price
        reply_3(b, token)  # shop/module.nml:14:5  Sinks.reply


workflow = Workflow(
    "serve",
    module="Shop.Workflows:0.1.0",
    sources=((http_1, from_http_1),),
    calls=(price_2,),
    sinks=(reply_3,),
    origin="shop/module.nml:12:1",
)
