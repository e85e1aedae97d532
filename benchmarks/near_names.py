"""What 300 unknown names among 1,000 cost: `make bench`, or `python benchmarks/near_names.py`.

Names of three kinds: numbered ones, which are all close to each other, chance ones, which are not, and names of two
letters, where everything that a distance can save by stopping early is saved nowhere.
"""

import random
import statistics
import string
import time

from nscompiler.diagnostics.suggest import near

RUNS = 5
KNOWN, UNKNOWN = 1000, 300


def word(letters: str, source: random.Random) -> str:
    """A word of chance letters."""
    return "".join(source.choice(letters) for _ in range(source.randint(6, 14)))


def main() -> None:
    """Print the median of the runs for each kind."""
    source = random.Random(0)
    kinds = {
        "numbered": ([f"function{n}" for n in range(KNOWN)], [f"functoin{n}x" for n in range(UNKNOWN)]),
        "chance": tuple([word(string.ascii_lowercase, source) for _ in range(n)] for n in (KNOWN, UNKNOWN)),
        "two letters": tuple([word("ab", source) for _ in range(n)] for n in (KNOWN, UNKNOWN)),
    }
    for kind, (known, unknown) in kinds.items():
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            for name in unknown:
                near(name, list(known))
            times.append(time.perf_counter() - start)
        print(f"{kind:12} {statistics.median(times) * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
