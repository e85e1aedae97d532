"""Fusing: an emitted stage function with the work of its calls written into its loops.

What is emitted is a loop over the results of each call, for a call may give none, one or many. Most give one. Where a
run is linked that case is written in line: call the method, test its result, go on with it. All that is rare (an
exception, a generator, a coroutine, another form of the result) goes on in a function with the loop as it was emitted.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from .changed import touched_fields
from .checks import part_source, test_source
from .proven import Made, made
from .shapes import Shape

_CALL = """
try:
    {result} = {call}({value})
except {caught} as error_:
    {rest}({failed}(error_, {value}, token), token)
else:
    if {test}:
        body_
    else:
        {rest}({finish}({result}, {value}, token), token)
"""
_CALL_LIST = """
try:
    {result} = {call}({value})
except {caught} as error_:
    {rest}({failed}(error_, {value}, token), token)
else:
    for item_ in {result} if type({result}) is list else wrong_:
        if not ({test}):
            {rest}({finish}({result}, {value}, token), token)
            break
    else:
        body_
"""
_CALL_MADE = """
try:
    {result} = {call}({value})
except {caught} as error_:
    {rest}({failed}(error_, {value}, token), token)
else:
    if {known}:
        for item_ in {result}:
            if not ({test}):
                {rest}({finish}({result}, {value}, token), token)
                break
        else:
            body_
    else:
        {rest}({finish}({result}, {value}, token), token)
"""
_PUT = """
{append}({value})
if len({buffer}) >= {box}.limit:
    {box}.due()
"""


class Inline(NamedTuple):
    """A call whose work can be written in line: ``call(value)`` gives its one result, which has to pass the test of
    ``output`` (None: it is trusted). ``failed(error, value, token)`` and ``finish(result, value, token)`` give the
    results otherwise; ``caught`` names the class of the exceptions that it may raise."""

    call: Callable[[Any], Any]
    caught: str
    failed: Callable[..., Iterable[Any]]
    finish: Callable[..., Iterable[Any]]
    input: Shape
    output: Shape | None


class Gathering(NamedTuple):
    """A sink whose values gather in a list: ``box`` has the length from which on something is ``due``."""

    buffer: list[Any]
    box: Any


def fuse(
    functions: Iterable[ast.FunctionDef],
    names: Mapping[str, Any],
    inlines: Mapping[int, Inline],
    sinks: Mapping[int, Gathering],
    space: dict[str, Any],
    *,
    decoded: bool,
) -> list[ast.stmt]:
    """The functions anew, and those that they go on in. ``names`` are the globals that they were written for,
    ``inlines`` and ``sinks`` go by the node's ``id``; what the code needs is put into ``space``. ``decoded`` tells that
    nobody else knows the values that a batch holds.
    """
    fusing = _Fusing(names, inlines, sinks, space, decoded)
    made: list[ast.stmt] = [fusing.function(function) for function in functions]
    return [ast.fix_missing_locations(part) for part in (*made, *fusing.rests)]


def method_name(name: str) -> str:
    """The global that code has for the method of a node which has this name."""
    return f"{name}__method"


class _Fusing:
    def __init__(
        self,
        names: Mapping[str, Any],
        inlines: Mapping[int, Inline],
        sinks: Mapping[int, Gathering],
        space: dict[str, Any],
        decoded: bool,
    ) -> None:
        self._names = names
        self._inlines = inlines
        self._sinks = sinks
        self._space = space
        self._decoded = decoded
        self._sites = 0
        # The variables that hold the batch's own value, if they hold it, with the fields that may have changed in it.
        self._own: dict[str, frozenset[str]] = {}
        self._first = ""
        # The variable that holds a value which was tested just before: nobody's code has run since.
        self._proper = ""
        self.rests: list[ast.stmt] = []
        space["wrong_"] = (None,)

    def function(self, function: ast.FunctionDef) -> ast.FunctionDef:
        """One function."""
        doc, body = ([function.body[0]], function.body[1:]) if ast.get_docstring(function) else ([], function.body)
        self._own, self._proper = {}, ""
        if function.args.args[0].arg != "values":  # it takes one value; in a loop ``continue`` leaves it
            loop = ast.parse("for _ in once_:\n    pass").body[0]
            assert isinstance(loop, ast.For)
            self._space["once_"] = (None,)
            loop.body = body
            body = [_at(loop, function)]
        function.body = [*doc, *self._block(body, last=True, looped=False)]
        return function

    def _block(self, body: list[ast.stmt], *, last: bool, looped: bool) -> list[ast.stmt]:
        """The statements of a block. ``last`` tells that nothing comes after it in the innermost loop."""
        made: list[ast.stmt] = []
        for part in body:
            ends = last and part is body[-1]
            if isinstance(part, ast.For):
                made += self._loop(part, ends and looped)
                self._proper = ""
            elif isinstance(part, ast.If) and isinstance(part.test, ast.Compare):
                proper = self._proper if all(isinstance(inner, ast.Continue) for inner in part.body) else ""
                part.body = self._block(part.body, last=ends, looped=looped)
                self._proper = proper
                made.append(part)
            else:
                self._proper = ""
                if isinstance(part, ast.Assign):
                    self._own.pop(_name(part.targets[0]), None)
                made += self._put(part) or [part]
        return made

    def _loop(self, loop: ast.For, inline: bool) -> list[ast.stmt]:
        called, result = self._inlines.get(id(self._names.get(_called(loop.iter)))), _name(loop.target)
        self._own.pop(result, None)
        if called is not None and inline and _arguments(loop.iter)[0] not in ("", result):
            return self._inlined(loop, called, result)
        self._proper = ""
        if self._decoded and _name(loop.iter) == "values":
            self._first, self._own, self._proper = result, {result: frozenset()}, result
        whole = isinstance(loop.iter, ast.Subscript) or _name(loop.iter) not in (
            "",
            "values",
        )  # a list, not made lazily
        put = self._put(loop.body[0]) if whole and len(loop.body) == 1 else None
        if put and _arguments(put[0])[0] == result:
            extend = f"{_called(put[0]).removesuffix('append')}extend({ast.unparse(loop.iter)})"
            return [_at(ast.parse(extend).body[0], loop), *put[1:]]
        loop.body = self._block(loop.body, last=True, looped=True)
        return [loop]

    def _inlined(self, loop: ast.For, called: Inline, result: str) -> list[ast.stmt]:
        assert isinstance(loop.iter, ast.Call)
        name, value = _called(loop.iter), _name(loop.iter.args[0])
        site = self._sites = self._sites + 1
        texts = {
            "result": result,
            "value": value,
            "caught": called.caught,
            "call": method_name(name),
            "failed": f"{name}__failed",
            "finish": f"{name}__finish",
            "rest": f"rest_{site}",
        }
        self._space[texts["call"]] = called.call
        self._space[texts["failed"]] = called.failed
        self._space[texts["finish"]] = called.finish
        self._rest(loop, texts["rest"])
        parts = ast.parse(self._template(called, value, result, site, texts)).body
        self._proper = result
        body = self._block(loop.body, last=True, looped=True)
        return [_filled(_at(part, loop), body) for part in parts]

    def _template(self, called: Inline, value: str, result: str, site: int, texts: dict[str, str]) -> str:
        output = called.output
        many = output is not None and output.plain is None and output.kind == "list" and output.item.kind == "record"
        if output is not None and (many or output.kind == "record") and value == self._proper:
            proof = made(called.call, called.input, output)
            if proof is not None:
                return self._made(proof, output.item if many else output, result, site, many=many, texts=texts)
        if many:
            assert output is not None
            return _CALL_LIST.format(test=self._test(output.item, "item_", site), **texts)
        return _CALL.format(test=self._result_test(called, value, result, site), **texts)

    def _made(self, proof: Made, record: Shape, result: str, site: int, *, many: bool, texts: dict[str, str]) -> str:
        """A call of which is known that it makes records, and some of their fields."""
        names, cls = f"m{site}_names", f"m{site}_class"
        self._space.update({names: proof.names, cls: record.python})
        left = set(record.attributes) - proof.fields
        tests, others = part_source(record, "item_" if many else result, left, f"m{site}_")
        self._space.update(others)
        known = proof.source(names, cls)
        if many and tests:
            return _CALL_MADE.format(known=known, test=" and ".join(tests), **texts)
        return _CALL.format(test=" and ".join([known, *tests]), **texts)

    def _rest(self, loop: ast.For, name: str) -> None:
        made = ast.parse(f"def {name}(values, token):\n    pass").body[0]
        assert isinstance(made, ast.FunctionDef)
        made = _at(made, loop)
        made.body = [ast.For(deepcopy(loop.target), ast.Name("values", ast.Load()), deepcopy(loop.body), [])]
        ast.copy_location(made.body[0], loop)
        self.rests.append(made)

    # ------------------------------------------------------------------------------------------ tests

    def _test(self, shape: Shape, subject: str, site: int) -> str:
        text, names = test_source(shape, subject, f"c{site}_")
        self._space.update(names)
        return text

    def _result_test(self, called: Inline, value: str, result: str, site: int) -> str:
        """The test of a result, short where it is the very record that the batch brought."""
        if called.output is None:
            return "True"
        whole = self._test(called.output, result, site)
        own = self._still_own(called, value)
        if own is None:
            return whole
        changed, doubtful = own
        self._own[result] = doubtful
        text, names = part_source(called.input, result, changed, f"p{site}_")
        self._space.update(names)
        return f"({' and '.join([f'{result} is {self._first}', *text])}) or ({whole})"

    def _still_own(self, called: Inline, value: str) -> tuple[frozenset[str], frozenset[str]] | None:
        """The fields to test where a call gives back the batch's own record, and those that will have to be tested
        after each later call; None where that record may be in others' hands then, or the result is none."""
        output, record = called.output, called.input
        assert output is not None
        inside = output.item if output.kind == "optional" else output
        if value not in self._own or record.kind != "record" or inside.python is not record.python:
            return None
        touched = touched_fields(called.call)
        fields = dict(zip(record.attributes, record.parts, strict=True))
        if touched is None or not touched[0] <= fields.keys():
            return None
        deep = {field for field in touched[0] | touched[1] if field in fields and not _is_flat(fields[field])}
        doubtful = self._own[value] | deep
        return frozenset(field for field in touched[1] if field in fields) | doubtful, doubtful

    # ------------------------------------------------------------------------------------------ sinks

    def _put(self, part: ast.stmt) -> list[ast.stmt] | None:
        """A value into a sink's list; None for what is no such call."""
        name = _called(part)
        sink = self._sinks.get(id(self._names.get(name)))
        if sink is None:
            return None
        texts = {"append": f"{name}__append", "buffer": f"{name}__buffer", "box": f"{name}__box"}
        self._space[texts["append"]] = sink.buffer.append
        self._space[f"{name}__extend"] = sink.buffer.extend
        self._space[texts["buffer"]] = sink.buffer
        self._space[texts["box"]] = sink.box
        value = ast.unparse(part.value.args[0])  # type: ignore[attr-defined]
        return [_at(made, part) for made in ast.parse(_PUT.format(value=value, **texts)).body]


def _is_flat(shape: Shape) -> bool:
    """Whether values of this type have no parts that could be changed in place."""
    if shape.kind == "optional" and shape.plain is None:
        return _is_flat(shape.item)
    return shape.kind in ("scalar", "bytes", "unit")


def _filled(part: ast.stmt, body: list[ast.stmt]) -> ast.stmt:
    """A template with the body in its place."""
    for inner in ast.walk(part):
        for block in (getattr(inner, "body", None), getattr(inner, "orelse", None)):
            if isinstance(block, list) and len(block) == 1 and _is_body(block[0]):
                block[:] = body
                return part
    return part


def _is_body(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and _name(part.value) == "body_"


def _at(part: Any, place: ast.stmt) -> Any:
    """A part with all that is in it at the line of another."""
    for inner in ast.walk(part):
        if "lineno" in inner._attributes:
            ast.copy_location(inner, place)
    return part


def _called(part: ast.AST) -> str:
    """The name of the function that an expression, or a statement of one, calls."""
    call = part.value if isinstance(part, ast.Expr) else part
    return _name(call.func) if isinstance(call, ast.Call) else ""


def _arguments(part: ast.AST) -> list[str]:
    """The names that it is given; "" for what is no name."""
    call = part.value if isinstance(part, ast.Expr) else part
    return [_name(argument) for argument in call.args] if isinstance(call, ast.Call) else []


def _name(part: ast.expr) -> str:
    return part.id if isinstance(part, ast.Name) else ""
