"""The Python modules of Shop.Workflows:0.1.0."""

from pathlib import Path

from nstack.runtime import Parameter, Text, UserModule

from . import types as t

FOLDER = Path(__file__).parent / "user"

shop_prices_0_1_0 = UserModule(
    "Shop.Prices:0.1.0",
    FOLDER / "Shop.Prices-0.1.0",
    functions={"price": (t.Order, t.Priced), "words": (Text, Text), "shout": (t.Priced, t.Event), "tag": (Text, Text)},
    types={"Order": t.Order, "Priced": t.Priced, "Event": t.Event},
    parameters={"price": (Parameter("factor", "Double", 2.0, default=True),)},
    nml="shop/prices/module.nml",
)
