"""Workflow prices of Shop.Workflows:0.1.0 (shop/module.nml:5)."""

from nstack.runtime import Call, Literal, Parameter, Policy, Sink, Workflow, copy_value

from . import types as t
from .modules import shop_prices_0_1_0

literal_1 = Literal(
    ({"item": "pen", "count": 3}, {"item": "ink", "count": 2, "User-Id": "u1"}),
    t.Order,
    origin="shop/module.nml:6:5",
    text='[{ item = "pen", … }]',
)
price_2 = Call(
    shop_prices_0_1_0,
    "price",
    input=t.Order,
    output=t.Priced,
    parameters=(Parameter("factor", "Double", 2.0, default=True),),
    policy=Policy(on_error="stop"),
    origin="shop/module.nml:7:5",
    text="Prices.price",
)
shout_3 = Call(
    shop_prices_0_1_0,
    "shout",
    input=t.Priced,
    output=t.Event,
    policy=Policy(on_error="skip"),
    origin="shop/module.nml:8:6",
    text="Prices.shout",
)
log_4 = Sink("Sinks.log", t.Event, origin="shop/module.nml:8:21", text="Sinks.log")
log_5 = Sink("Sinks.log", t.Priced, origin="shop/module.nml:9:6", text="Sinks.log")


def from_literal_1(values, token):
    """[…] | Prices.price | (Prices.shout | Sinks.log & Sinks.log)"""
    for a in values:
        for b in price_2(a, token):  # shop/module.nml:7:5  Prices.price
            for c in shout_3(copy_value(b), token):  # shop/module.nml:8:6  Prices.shout
                log_4(c, token)  # shop/module.nml:8:21  Sinks.log
            log_5(b, token)  # shop/module.nml:9:6  Sinks.log


workflow = Workflow(
    "prices",
    module="Shop.Workflows:0.1.0",
    sources=((literal_1, from_literal_1),),
    calls=(price_2, shout_3),
    sinks=(log_4, log_5),
    bounded=True,
    origin="shop/module.nml:5:1",
)
