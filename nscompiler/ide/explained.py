"""The words of the language in a sentence each."""

from collections.abc import Mapping

KEYWORDS: Mapping[str, str] = {
    "module": "The name and version of this file as a module: `module Name:1.0.0`. A file without it is a script.",
    "import": "Makes what another module declares usable here: `import Name:1.0.0 as N`, then `N.f` and `N.T`.",
    "as": "The name under which an imported module is known in this file.",
    "type": "Gives a type a name. Two types with the same structure are one type, whatever they are called.",
    "fun": "Declares a function that the module's Python class implements as a method of the same name.",
    "def": "Names an expression: stages put together with `|`, `&`, `*` and `?`.",
    "optional": "A value or nothing: `optional T`.",
    "concat": "`concat f` is `f*`: the items of the list that `f` gives travel on one by one.",
    "filter": "`filter f` is `f?`: values for which `f` gives nothing do not travel on.",
    "with": "The parameters that a function reads, with their types and defaults; without one they are required.",
    "where": "What must hold of the types: `where a is CsvRow`.",
    "is": "Says what must hold of a type: `a is CsvRow`.",
    "true": "A Boolean.",
    "false": "A Boolean.",
}
SIGNS: Mapping[str, str] = {
    "*": "`f*` sends the items of the list that `f` gives on, one by one.",
    "?": "`f?` sends on what is there: where `f` gives nothing, the value goes no further.",
    "&": "`f & g`: every value goes through both, and what both give travels on.",
    "->": "What a function takes, and what it gives.",
    "..": "Further fields, whatever they are: they are let go.",
    "_": "A type that is left for the compiler to find out.",
    "$": "Read from the environment when the process starts, never written into what is built.",
}
TYPES: Mapping[str, str] = {
    "Integer": "A whole number of 64 bits with a sign. It is taken where a `Double` is wanted.",
    "Double": "A floating-point number (IEEE 754, 64 bits).",
    "Boolean": "`true` or `false`.",
    "Text": "Unicode text.",
    "Byte": "Useful as `[Byte]`, a string of bytes.",
    "Json": "Text that holds one JSON value.",
    "Decimal": "An exact decimal number, `decimal.Decimal` in Python.",
    "Date": "A day: `2024-01-31` in ISO 8601.",
    "Time": "A time of day: `12:30:00` in ISO 8601.",
    "DateTime": "A moment, with its offset from UTC, in ISO 8601.",
    "Duration": 'A length of time: `"90s"`, `"1m30s"`, ISO 8601, or a number of seconds.',
    "Uuid": "A UUID (RFC 4122).",
    "Map": "`Map T`: a mapping from text to `T`.",
    "Vector": "`Vector n T`: n values of one type, n at least 1. It is taken where a list is wanted.",
    "Matrix": "`Matrix n m T`: n rows of m values.",
    "Void": "No stream. What gives it is a sink, what takes it a source; what does both can be started.",
    "()": "An event without data.",
}
CONSTRAINTS: Mapping[str, str] = {
    "CsvCell": "A scalar, `[Byte]`, or an optional of these.",
    "CsvRow": "A list, tuple or record of cells.",
    "CsvFile": "A list of rows.",
    "SqlRow": "A scalar, or a tuple or record of scalars, optional scalars, `[Byte]`, `Json` and lists of scalars.",
    "Serializable": "Anything that can be written as JSON.",
}
ATTRIBUTES: Mapping[str, str] = {
    "bounded": "The source comes to an end by itself.",
    "unbounded": "The source goes on until it is stopped.",
    "stateless": "The result depends on the value and the parameters alone, so calls may run side by side.",
    "deprecated": "It should no longer be used; the text says what to use instead.",
    "experimental": "It may still change.",
    "compiler": "The compiler supplies the type of what it gives.",
    "replay": "Whether the source can begin again where it was.",
}
POLICY: Mapping[str, str] = {
    "retry": "How often a call that failed is repeated: `true`, or a number. It goes before `on_error`.",
    "timeout": "How long one call, or one wait for the next value, may take.",
    "on_error": "What an error does: `stop` the workflow, `skip` the value, or put it among the `dead_letter`s. "
    "`stop` where every source is bounded, else `skip`, unless it is set.",
    "dead_letter": "The file that values which failed are written to.",
    "parallelism": "How many calls of an `async` or `@stateless` function run side by side.",
    "ordered": "Whether results keep the order of their values: `true` unless it is set.",
}
