"""Writes events.jsonl: 400 events of a shop in March, made up with a seed. Run it in its own folder: python generate.py"""

import json
import random
from datetime import datetime, timedelta, timezone

SEED = 1016
EVENTS = 400
PRICES = {"tea": 4.20, "coffee": 7.90, "cocoa": 5.55, "sugar": 1.15, "cup": 3.50, "kettle": 29.99}
CUSTOMERS = ("ada", "brian", "chiara", "dmitri", "esther", "farid")
REASONS = ("too slow", "wrong address", "changed my mind")

chance = random.Random(SEED)
time = datetime(2024, 3, 1, 8, tzinfo=timezone.utc)
ids = []


def line(sku):
    return {"sku": sku, "quantity": chance.choice((1, 1, 1, 2, 3, 12)), "price": PRICES[sku]}


def order():
    ids.append(1000 + len(ids))
    skus = chance.sample(sorted(PRICES), chance.choice((1, 1, 2, 3)))
    coupon = chance.choice((None, None, None, "SPRING"))
    made = {"id": ids[-1], "customer": chance.choice(CUSTOMERS), "placed": time.isoformat(), "lines": [line(s) for s in skus]}
    return {"kind": "order", "order": {**made, "coupon": coupon} if coupon else made}


def cancel():
    return {"kind": "cancel", "order": chance.choice(ids), "reason": chance.choice(REASONS)}


with open("events.jsonl", "w") as log:
    for number in range(EVENTS):
        time += timedelta(minutes=chance.randint(1, 90))
        kind = "order" if number < 5 else chance.choices(("order", "cancel", "alive"), (75, 10, 15))[0]
        told = {"order": order, "cancel": cancel, "alive": lambda: {"kind": "alive"}}[kind]()
        log.write(json.dumps(told) + "\n")
