"""The methods and records that the peers in Python share, as a person would write them with msgspec."""

import msgspec


class Order(msgspec.Struct):
    """A line that comes in."""

    id: int
    user: str
    amount: float
    tags: list[str]
    country: str


class Tagged(msgspec.Struct):
    """A line that goes out."""

    id: int
    user: str
    amount: float
    tag: str
    country: str


class Module:
    """The methods, as the workflow has them."""

    def taxed(self, order):
        order.amount *= 1.19
        return order

    def large(self, order):
        return order if order.amount >= 20.0 else None

    def split(self, order):
        return [
            Tagged(id=order.id, user=order.user, amount=order.amount, tag=tag, country=order.country)
            for tag in order.tags
        ]


def fused(lines):
    """What comes of some lines, encoded, each on a line of its own."""
    return ENCODE([tagged for order in DECODE(lines) if (kept := M.large(M.taxed(order))) for tagged in M.split(kept)])


def decoded(line):
    """The record in a line: a function that can be pickled, as some need it."""
    return DECODE_ONE(line)


def encoded(tagged):
    """The text of a record, likewise."""
    return ENCODE_ONE(tagged).decode()


M = Module()
DECODE = msgspec.json.Decoder(Order).decode_lines
DECODE_ONE = msgspec.json.Decoder(Order).decode
ENCODE = msgspec.json.Encoder().encode_lines
ENCODE_ONE = msgspec.json.Encoder().encode
