"""Parameters by the names that other tools give them, ``max_workers`` for ``parallelism``, with the unit that they may
carry, ``timeout_ms``, and the values that go with them."""

from collections.abc import Iterable

from nscompiler.grammar import syntax
from nscompiler.patterns import Pattern
from nscompiler.types.interface import ParameterType

# By ours, or by what ours is behind its prefix: how others call it, without `_`.
_OTHERS = {
    "retry": "retries maxretries numretries retrylimit attempts maxattempts tries maxtries numattempts",
    "timeout": "deadline timelimit maxtime maxduration",
    "on_error": "onfailure onfail onexception errors errormode errorpolicy errorhandling",
    "dead_letter": "dlq deadletters errorfile",
    "parallelism": "concurrency maxconcurrency workers maxworkers numworkers nworkers njobs jobs threads numthreads "
    "maxthreads nthreads processes numprocesses nprocs poolsize",
    "ordered": "keeporder preserveorder inorder unordered",
    "path": "file filename filepath",
    "sep": "delimiter delim separator fieldseparator fielddelimiter",
    "quote": "quotechar",
    "escape": "escapechar",
    "null": "nullvalue navalue navalues narep nullstring",
    "header": "hasheader withheader",
    "query": "sql statement",
    "host": "hostname server",
    "user": "username login",
    "password": "passwd pwd pass",
    "database": "dbname db",
    "tls": "ssl usessl usetls",
    "brokers": "bootstrapservers bootstrapserver brokerlist servers",
    "group": "groupid consumergroup",
    "vhost": "virtualhost",
    "timezone": "tz",
    "mode": "append overwrite",
    "cron": "schedule crontab cronexpression",
}
_OURS = {other: own for own, others in _OTHERS.items() for other in others.split()}
_UNITS = {
    "ms": "ms",
    "millis": "ms",
    "milliseconds": "ms",
    "s": "s",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "min": "m",
    "mins": "m",
    "minutes": "m",
    "hours": "h",
}
_VALUES = {
    "on_error": {
        **dict.fromkeys(("ignore", "continue", "drop", "pass", "log"), "skip"),
        **dict.fromkeys(("fail", "raise", "abort", "throw", "strict", "exit"), "stop"),
        **dict.fromkeys(("dlq", "deadletter", "quarantine"), "dead_letter"),
    }
}
_MODES = {"append": "append", "overwrite": "replace"}
_HUMP = Pattern(r"(?<=[a-z])(?=[A-Z])")
_TURNED = {"true": "false", "false": "true"}


def called_elsewhere(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The one of our parameters that others call ``name``; none where there are several."""
    known, word = tuple(known), _without_unit(name)[0]
    prefix, _, part = word.partition("_")
    found = dict.fromkeys(
        own
        for given, prefixes in ((word, None), (part, prefix))
        if (meant := _OURS.get(given.replace("_", "").casefold())) is not None
        for own in known
        if (prefixes is None and own == meant) or (_behind(own) == meant and prefixes in (None, own.partition("_")[0]))
    )
    return tuple(found) if len(found) == 1 else ()


def _behind(own: str) -> str:
    return own.partition("_")[2]


def _without_unit(name: str) -> tuple[str, str | None]:
    """A name without the unit at its end, and how that is written in a duration."""
    start, _, end = _HUMP.sub("_", name).rpartition("_")
    unit = _UNITS.get(end.casefold())
    return (start, unit) if start and unit is not None else (name, None)


def carried_value(binding: syntax.Binding, meant: str, type: ParameterType | None) -> str | None:
    """How the value of a binding is written under the name that is meant, where it is written otherwise there."""
    value, name = binding.value, binding.name.text
    text = str(value.value)
    if type is not None and type.kind == "Duration":
        unit = _without_unit(name)[1]
        plain = value.kind in ("integer", "double") or (value.kind == "text" and text.isdecimal())
        return f'"{text}{unit}"' if plain and unit not in (None, "s") else None
    if meant == "ordered" and name.casefold().startswith("un"):
        return _TURNED.get(text.casefold())
    if meant == "mode" and value.raw == "true" and name in _MODES:
        return f'"{_MODES[name]}"'
    other = _VALUES.get(meant, {}).get(text.casefold().replace("_", "")) if value.kind == "text" else None
    return None if other is None else f'"{other}"'
