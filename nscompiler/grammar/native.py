"""The parser's loop in C, where it was built: for clean files it gives what ``machine.py`` gives, only sooner.

``library.py`` tells where it comes from. Whatever it is not sure of, any mistake among that, it leaves to the loop in
Python, which stays the reference: tests hold the two to equal trees on all programs there are.
"""

from __future__ import annotations

from array import array
from functools import cache
from typing import Any

from nscompiler.grammar import lexer, library, syntax
from nscompiler.grammar.sums import sum_type
from nscompiler.grammar.syntax import Literal, Name, Reference, TypeName
from nscompiler.grammar.tables import Tables, load
from nscompiler.grammar.text import long_text, plain_text

_MISSING = -(2**15)


@cache
def parser() -> Any:
    """The parser in C; None where it was not built, or does not know what it would need to know of the grammar."""
    native = library.load()
    if native is None:
        return None
    try:
        return make(native)
    except ValueError:
        return None


def make(native: Any) -> Any:
    """A parser of the C module. Raises ValueError where tables or nodes are not as it foresees them."""
    tables = load()
    symbols = len(tables.names) + len(tables.nonterminal)
    return native.Parser(
        rows=_flat(tables, symbols),
        symbols=symbols,
        rules=tables.rules,
        first=tables.start,
        accept=tables.accept,
        kinds=tables.kind,
        literals=tables.literals,
        samples=_samples(),
        plain_text=plain_text,
        long_text=long_text,
        sum_type=sum_type,
        doc=lexer.doc_in,
    )


def _flat(tables: Tables, symbols: int) -> bytes:
    flat = array("h", [_MISSING]) * (symbols * len(tables.rows))
    for state, row in enumerate(tables.rows):
        for symbol, action in row.items():
            flat[state * symbols + symbol] = action
    return flat.tobytes()


def _samples() -> dict[str, syntax.Node]:
    """A node of each kind that the parser makes: no two of its parts are one object, and none is None."""
    at = (1_000_003, 1_000_007)  # large enough to be met nowhere else in an object
    name, other, literal = Name(*at, "name"), Name(*at, "other"), Literal(*at, "text", "value", '"value"')
    type, result = TypeName(*at, None, name), TypeName(*at, None, other)
    function, use = syntax.FunctionType(*at, type, result), syntax.Use(*at, None, name)
    some: Any = (name,)  # what stands in a tuple is not looked at
    more: Any = (other,)
    doc = "doc"
    return {
        "NAME": Name(*at, "text"),
        "NAME_QUOTED": Name(*at, "text", True),
        "REFERENCE": Reference(*at, "text"),
        "TYPE_NAME": TypeName(*at, name, other, some),
        "SIZE": syntax.SizeLiteral(*at, 1_000_033),
        "TYPE_VARIABLE": syntax.TypeVariable(*at, name),
        "HOLE": syntax.Hole(*at),
        "UNIT": syntax.UnitType(*at),
        "TUPLE": syntax.TupleType(*at, some),
        "LIST": syntax.ListType(*at, type),
        "OPTIONAL": syntax.OptionalType(*at, type),
        "FIELD": syntax.FieldDecl(*at, name, type, doc),
        "ROW_TAIL": syntax.RowTail(*at, name),
        "RECORD": syntax.RecordType(*at, some, syntax.RowTail(*at, name)),
        "CONSTRAINT": syntax.Constraint(*at, type, name),
        "FUNCTION": syntax.FunctionType(*at, type, result, some),
        "LITERAL": literal,
        "USE": syntax.Use(*at, name, other),
        "INSTANTIATE": syntax.Instantiate(*at, use, some),
        "BINDING": syntax.Binding(*at, name, literal),
        "APPLY": syntax.Apply(*at, use, some),
        "CONCAT": syntax.Concat(*at, use, False),
        "CONCAT_PREFIX": syntax.Concat(*at, use, True),
        "FILTER": syntax.Filter(*at, use, False),
        "FILTER_PREFIX": syntax.Filter(*at, use, True),
        "LITERAL_SOURCE": syntax.LiteralSource(*at, literal),
        "PIPE": syntax.Pipe(*at, some),
        "BOTH": syntax.Both(*at, some),
        "ATTRIBUTE": syntax.Attribute(*at, name, literal),
        "PARAM_NAME": syntax.ParamTypeName(*at, name),
        "PARAM_LIST": syntax.ParamTypeList(*at, syntax.ParamTypeName(*at, name)),
        "PARAM_ENUM": syntax.ParamTypeEnum(*at, some),
        "PARAM_DECL": syntax.ParamDecl(*at, name, syntax.ParamTypeName(*at, name), literal, doc),
        "TYPE_DECL": syntax.TypeDecl(*at, name, some, type, doc, more),
        "FUN_DECL": syntax.FunDecl(*at, name, function, some, doc, more),
        "DEF_DECL": syntax.DefDecl(*at, name, function, use, doc, more),
        "HEADER": syntax.Header(*at, Reference(*at, "text"), "early", doc),
        "IMPORT": syntax.Import(*at, Reference(*at, "text"), name),
    }
