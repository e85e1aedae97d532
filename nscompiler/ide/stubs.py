"""What is missing, begun: a ``fun`` for a name that nobody declares, a parameter, a method, a comment that ignores."""

from collections.abc import Iterator

from nscompiler.diagnostics.model import Diagnostic, Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.changes import Change, ChangeKind, Done, Selected
from nscompiler.ide.fragments import Fragments
from nscompiler.modules.python_file import python_file
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.service import Service
from nscompiler.typecheck.spelling import spelt
from nscompiler.types.types import Type, VoidType

_LITERALS = {"integer": "Integer", "double": "Double", "boolean": "Boolean", "text": "Text", "environment": "Text"}

# --- a function that is not declared


def declare_function(selected: Selected) -> Iterator[Change]:
    """A ``fun`` for a name in a pipe that means nothing, with the types that its neighbours say."""
    body = selected.body
    for node in () if body is None else walk(body):
        if not isinstance(node, syntax.Use) or not node.start <= selected.start <= node.end:
            continue
        name = node.name.text
        if name[:1].isupper():
            continue  # that a module or a type is called
        if node.qualifier is None and node not in selected.checked.facts.uses and name not in selected.names():
            yield _declaring(selected, node)


def _declaring(selected: Selected, use: syntax.Use) -> Change:
    title, problem = f"Declare `fun {use.name.text}`", selected.problem_of(use.name) or selected.problem_of(use)
    return Change(title, ChangeKind.FIX, lambda: _declared(selected, use), problem=problem)


def _declared(selected: Selected, use: syntax.Use) -> Done:
    input, output = _around(selected, use)
    scope = Fragments(selected.program, selected.path).scope
    texts = [_spelt(scope, side) for side in (input, output)]
    owner = selected.decl or selected.body
    assert owner is not None
    if isinstance(owner, syntax.Decl):
        at, text = owner.end, f"\n\nfun {use.name.text} : {texts[0]} -> {texts[1]}"
    else:
        at, text = owner.start, f"fun {use.name.text} : {texts[0]} -> {texts[1]};\n\n"
    return Done((Edit(selected.span(at, at), text),))


def _spelt(scope: object, type: Type | None) -> str:
    text = "Void" if isinstance(type, VoidType) else None if type is None else spelt(scope, type)  # type: ignore[arg-type]
    return text or "Text"


def _around(selected: Selected, use: syntax.Use) -> tuple[Type | None, Type | None]:
    """What the stage before gives and what the next one needs; Void where a pipe of a workflow begins or ends."""
    facts, void = selected.checked.facts, selected.program.types.void
    for node in walk(selected.module):
        if not isinstance(node, syntax.Pipe):
            continue
        at = next((place for place, stage in enumerate(node.stages) if use in walk(stage)), None)
        if at is not None and isinstance(node.stages[at], syntax.Use | syntax.Apply | syntax.Concat | syntax.Filter):
            before = facts.arrows.get(node.stages[at - 1]) if at else None
            after = facts.arrows.get(node.stages[at + 1]) if at + 1 < len(node.stages) else None
            first = void if at == 0 else None
            last = void if at + 1 == len(node.stages) else None
            return before.output if before is not None else first, after.input if after is not None else last
    return None, None


# --- a parameter that is not declared


def declare_parameter(selected: Selected) -> Iterator[Change]:
    """A parameter that is set and that no function reads, declared by a ``fun`` of the project."""
    body = selected.body
    for node in () if body is None else walk(body):
        if isinstance(node, syntax.Apply):
            for binding in node.bindings:
                if binding.name.start <= selected.start <= binding.name.end:
                    yield from _parameter(selected, node, binding)


def _parameter(selected: Selected, apply: syntax.Apply, binding: syntax.Binding) -> Iterator[Change]:
    fact = selected.checked.facts.uses.get(apply.function)
    name = binding.name.text
    if (
        fact is None
        or fact.target.declared != "fun"
        or any(one.name == name for one in fact.target.parameters.settable)
    ):
        return
    path = fact.target.span.path
    parsed = selected.program.parsed(path)
    if parsed is None or selected.program.discovery.index.is_standard(path):
        return
    wanted = fact.target.name
    decls = parsed.module.declarations
    decl = next((one for one in decls if isinstance(one, syntax.FunDecl) and one.name.text == wanted), None)
    if decl is not None and decl.parameters is not None:
        written = f"{name} : {_literal_type(binding.value)}"
        title = f"Declare the parameter `{name}` of `{wanted}`"
        edit = _in_with(parsed.module, decl, written)
        yield Change(title, ChangeKind.FIX, lambda: Done((edit,)), problem=selected.problem_of(binding.name))


def _in_with(module: syntax.Module, decl: syntax.FunDecl, written: str) -> Edit:
    parameters = decl.parameters or ()
    if parameters:
        at = parameters[-1].end
        return Edit(Span(module.source.path, at, at), f", {written}")
    brace = module.source.text.rfind("{", 0, decl.end)
    return Edit(Span(module.source.path, brace + 1, decl.end), f" {written} }}")


def _literal_type(value: syntax.Literal) -> str:
    if value.kind == "list":
        items = value.value if isinstance(value.value, tuple) else ()
        return f"[{_literal_type(items[0])}]" if items else "[Text]"
    return _LITERALS[value.kind]


# --- a method that is not there


def implement(selected: Selected) -> Iterator[Change]:
    """The Python method of a ``fun`` that has none."""
    decl = selected.decl
    if not isinstance(decl, syntax.FunDecl):
        return
    path, name = python_file(selected.path), decl.name.text
    source, service = selected.program.text(path), selected.program.service(selected.path)
    problem = selected.problem_of(decl.name)
    title = f"Create the method `{name}` in {path.rpartition('/')[2]}"
    if source is None:
        text = f"import nstack\n\n\nclass Module(nstack.Module):\n{_method(decl)}"
        yield Change(
            title, ChangeKind.FIX, lambda: Done((Edit(Span(path, 0, 0), text),), created=(path,)), problem=problem
        )
    elif service is not None and service.error is None and service.class_name is not None and service.lacks(name):
        yield Change(title, ChangeKind.FIX, lambda: Done((_into_class(source, service, decl),)), problem=problem)


def _into_class(source: SourceFile, service: Service, decl: syntax.FunDecl) -> Edit:
    """The method behind the last one of the class."""
    ends = [method.definition.end_lineno or 0 for method in service.methods.values() if method.definition is not None]
    line = max(ends, default=service.line)
    at = source.lines.start_of(line + 1) if line < source.lines.count else len(source.text)
    before = "" if source.text[:at].endswith("\n") else "\n"
    return Edit(Span(source.path, at, at), before + ("\n" if ends else "") + _method(decl))


def _method(decl: syntax.FunDecl) -> str:
    input = decl.type.input
    is_source = isinstance(input, syntax.TypeName) and input.qualifier is None and input.name.text == "Void"
    doc = (decl.doc or "").split("\n\n")[0].replace('"""', "'''").replace("\n", "\n        ")
    lines = [f"    def {decl.name.text}(self{'' if is_source else ', value'}):"]
    lines += [f'        """{doc}"""'] if doc else []
    lines += ["        raise NotImplementedError"]
    lines += ["        yield"] if is_source else []
    return "\n".join(lines) + "\n"


# --- a comment that ignores


def ignore(selected: Selected, problem: Diagnostic) -> Iterator[Change]:
    """A comment that has a warning or hint passed over from now on."""
    span = problem.primary.span
    if problem.is_error or span.path != selected.path:
        return
    code = problem.code.id
    edit = _comment(selected.module.source, span, code)
    yield Change(f"Ignore {code} here", ChangeKind.FIX, lambda: Done((edit,)), problem=problem)


def _comment(source: SourceFile, span: Span, code: str) -> Edit:
    line = source.lines.position(span.start).line
    text, start = source.line_text(line), source.lines.start_of(line)
    opened = text.rfind("nsc: ignore[")
    if opened >= 0 and "]" in text[opened:]:
        at = start + text.index("]", opened)
        return Edit(source.span(at, at), f", {code}")
    if "//" in text or '"""' in text or "/*" in text:
        indent = text[: len(text) - len(text.lstrip())]
        return Edit(source.span(start, start), f"{indent}// nsc: ignore[{code}]\n")
    end = start + len(text.rstrip())
    return Edit(source.span(end, end), f" // nsc: ignore[{code}]")
