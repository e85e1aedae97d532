"""Workflow serve of Shop.Workflows:0.1.0 (shop/module.nml:12)."""

from nstack.runtime import Call, Parameter, Policy, Sink, Source, Workflow, overlap

from . import types as t
from .modules import shop_prices_0_1_0

http_1 = Source(
    "Sources.http",
    t.Order,
    parameters=(Parameter("http_path", "Text", "/orders"), Parameter("http_port", "Integer", 8080, default=True)),
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
reply_3 = Sink("Sinks.reply", t.Priced, policy=Policy(on_error="skip"), origin="shop/module.nml:14:5", text="Sinks.reply")


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
