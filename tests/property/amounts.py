"""How much is generated: a little each day, ``NSC_PROOFS`` times as much where that is set, thousands for the soak."""

import os
import random
from collections.abc import Iterator

TIMES = int(os.environ.get("NSC_PROOFS", "1"))


def daily(number: int) -> range:
    """The seeds of an ordinary run: the same each day, so that a failure stays."""
    return range(number * TIMES)


def soak_seeds(number: int) -> Iterator[int]:
    """The seeds of a long run, from ``NSC_SEED``."""
    rng = random.Random(int(os.environ.get("NSC_SEED", "0")))
    return (rng.randrange(2**32) for _ in range(number))
