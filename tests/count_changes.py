"""How changes that make a program wrong are told: ``count_changes.py [FILE…]`` lists what is amiss, and counts.

The files are documents as ``changed.py`` describes them, those in ``tests/changes`` by default.
"""

import sys
from collections import Counter
from pathlib import Path

from changed import changed_programs, programs_of
from test_one_change import amiss


def main() -> None:
    """Print each program with what is amiss, then the counts."""
    named = [Path(name) for name in sys.argv[1:]]
    programs = [one for document in named for one in programs_of(document)] if named else list(changed_programs())
    counts: Counter[str] = Counter()
    for changed in programs:
        if lines := amiss(changed, counts):
            print(f"{changed.document}: {changed.name}", *lines, sep="\n  ")
    for what, number in counts.items():
        print(f"{number:5} {what}")


if __name__ == "__main__":
    main()
