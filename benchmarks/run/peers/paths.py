"""Pathway, which keeps the name ``id`` to itself."""

import sys

import pathway as pw


class Order(pw.Schema):
    """A line that comes in."""

    number: int
    user: str
    amount: float
    tags: list[str]
    country: str


def main(source, target):
    orders = pw.io.jsonlines.read(source, schema=Order, mode="static", json_field_paths={"number": "/id"})
    orders = orders.with_columns(amount=pw.apply_with_type(lambda amount: amount * 1.19, float, pw.this.amount))
    orders = orders.filter(pw.apply_with_type(lambda amount: amount >= 20.0, bool, pw.this.amount))
    tagged = orders.flatten(pw.this.tags).select(
        pw.this.number, pw.this.user, pw.this.amount, pw.this.country, tag=pw.this.tags
    )
    pw.io.jsonlines.write(tagged, target)
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


if __name__ == "__main__":
    main(*sys.argv[1:])
