"""A corpus of generated programs."""

import random

import pytest

ALIASES = ("A", "B", "C")


@pytest.fixture(scope="session")
def corpus() -> list[str]:
    """Forty modules of forty lines: types through imports, a record, a sum, six pipes each."""
    chosen = random.Random(7)
    return [_module(number, sorted(chosen.sample(range(number), min(number, 3)))) for number in range(40)]


def _module(number: int, imported: list[int]) -> str:
    n = number
    above = f"A.Info{imported[0]}" if imported else "Text"
    lines = [f"module Synth.Mod{n}:0.1.0", ""]
    lines += [f"import Synth.Mod{i}:0.1.0 as {alias}" for alias, i in zip(ALIASES, imported, strict=False)]
    return (
        "\n".join(lines)
        + f"""

// Records that stage {n} reads and writes
type Rec{n} = (Text, Double, {above})
type Info{n} = {{ title : Text
             , tags : [Text]
             , parent : {above}
             , extra : optional Rec{n}
             }}
type Event{n} = Created{n} Rec{n}
            | Removed{n} {{ id : Integer, why : Text }}
            | Moved{n} (Text, Integer)

/* Functions in containers: the bodies live in Python,
   only their types matter here. */
fun lift{n} : {above} -> Rec{n}
fun split{n} : Rec{n} -> [Info{n}]
fun pick{n} : Info{n} -> optional Event{n}

// Workflows of stage {n}
def base{n} = lift{n} {{ level = "{n % 10}", mode = "fast" }}
def many{n} = base{n} | split{n} *
def kept{n} = many{n} | filter pick{n}
def fromHttp{n} = Sources.http<{above}> {{ http_path = "/stage{n}", http_port = "{8000 + n}" }}
                | base{n}
                | Sinks.log<Rec{n}>
def fromDb{n} = Sources.postgresql<(Text, Text)>
              {{ pg_host = "db-{n}.example.com", pg_port = "5432", pg_user = "demo",
                pg_query = "SELECT title, body FROM film{n} ORDER BY 1 LIMIT 15;" }}
              // only tuples come out of the database
              | Std.fst
              | Conv.from_json<{above}>
              | kept{n} {{ level = "9" }}
              | Sinks.log<Event{n}>
"""
    )
