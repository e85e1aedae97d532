"""The json module of the standard library, a line at a time."""

import json
import sys


def taxed(order):
    order["amount"] *= 1.19
    return order


def large(order):
    return order if order["amount"] >= 20.0 else None


def split(order):
    whole = {name: order[name] for name in ("id", "user", "amount", "country")}
    return [{**whole, "tag": tag} for tag in order["tags"]]


def main(source, target):
    with open(source) as lines, open(target, "w") as out:
        for line in lines:
            kept = large(taxed(json.loads(line)))
            if kept is not None:
                for tagged in split(kept):
                    out.write(json.dumps(tagged, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
