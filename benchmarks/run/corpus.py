"""The standard workload's input: JSON lines ``{id, user, amount, tags, country}``, the same for the same number."""

import random
from pathlib import Path

COUNTRIES = ("DE", "FR", "GB", "US", "JP", "BR", "IN", "ZA")
TAGS = ("new", "gift", "express", "return", "bulk", "fragile", "member", "promo")


def orders(path: Path, records: int) -> None:
    """Writes so many lines, of about 86 bytes each; a file that is there already is left as it is."""
    if path.exists():
        return
    random_numbers = random.Random(2016)
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="ascii") as file:
        for id in range(records):
            tags = random_numbers.sample(TAGS, random_numbers.choice((0, 1, 2, 2, 3)))
            listed = ",".join(f'"{tag}"' for tag in tags)
            user = f"user{random_numbers.randrange(100_000):06}"
            amount = random_numbers.randrange(100, 20_000) / 100
            country = random_numbers.choice(COUNTRIES)
            file.write(f'{{"id":{id},"user":"{user}","amount":{amount},"tags":[{listed}],"country":"{country}"}}\n')
    partial.rename(path)
