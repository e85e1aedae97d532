"""How changes that make a program wrong are told: ``count_changes.py [FILE…]`` lists what is amiss, and counts.

The files are documents as ``changed.py`` describes them, those in ``tests/changes`` by default.
"""

import sys
from collections import Counter
from pathlib import Path

from changed import Changed, changed_programs, programs_of, told


def amiss(changed: Changed, counts: Counter[str]) -> list[str]:
    """What is not as it should be with one program; also counts it."""
    counts["programs"] += 1
    before = [f"before the change: {one.code.name} {one.title}" for one in told(changed.right)]
    found = changed.told()
    counts["told by one report"] += len(found) == 1
    if len(found) != 1:
        return [*before, f"{len(found)} reports", *(f"  {one.code.name} {one.title}" for one in found)]
    (one,) = found
    counts["in its place"] += changed.covers(one)
    clean = changed.clean_after(one)
    counts["with a fix"] += bool(clean)
    counts["clean after a fix"] += any(clean)
    counts["restored by a fix"] += changed.restored_by(one)
    wrong = [] if changed.covers(one) else ["elsewhere"]
    wrong += ["no fix"] if not clean else [] if any(clean) else ["no fix mends it"]
    fixes = [
        f"  fix: {fix.title}{'' if good else ' (errors remain)'}" for fix, good in zip(one.fixes, clean, strict=True)
    ]
    title = f"  {one.code.name} {one.title}"
    return [*before, *([f"{', '.join(wrong)}", title, *fixes] if wrong else [])]


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
