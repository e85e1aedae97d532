"""What flows at a place in an expression, and the stages that it came through."""

import attrs

from nscompiler.grammar import lexer, syntax
from nscompiler.grammar.tables import load
from nscompiler.grammar.walk import node_at
from nscompiler.ide.locate import Located
from nscompiler.ide.program import Program
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.fits import conversions
from nscompiler.types.types import Type

_CLOSING = {"(": ")", "[": "]", "{": "}"}


@attrs.frozen(slots=True)
class Step:
    """One stage as written, and the type of what it gives."""

    text: str
    output: Type


@attrs.frozen(slots=True)
class Flow:
    """What travels through a ``|``: its type, what the next stage takes (None where that is not known), what is done to
    a value in between (``fits.conversions``), and the stages up to there, the first one first."""

    given: Type
    needed: Type | None
    conversions: tuple[str, ...]
    steps: tuple[Step, ...]


def flow_at(program: Program, located: Located) -> Flow | None:
    """What flows at a ``|``; None at another place, and where nothing is known. It may stand in a declaration that does
    not parse as a whole: what is before it is enough."""
    if located.token is None or located.token.text != "|":
        return None
    broken = located.inside(syntax.BrokenDecl)
    if broken is not None:
        return _in_broken(program, located, broken)
    checked = program.file(located.path)
    pipe = located.chain[-1]
    if checked is None or not isinstance(pipe, syntax.Pipe):
        return None
    return _between(checked, located.chain, pipe, located.token.span.start)


def _between(checked: Checked, chain: tuple[syntax.Node, ...], pipe: syntax.Pipe, offset: int) -> Flow | None:
    at = sum(1 for stage in pipe.stages if stage.start < offset) - 1
    joints = checked.facts.joints.get(pipe, ())
    if not 0 <= at < len(joints):
        return None
    joint = joints[at]
    ground = joint.given.ground and joint.needed.ground and not (joint.given.poisoned or joint.needed.poisoned)
    kinds = conversions(joint.given, joint.needed) if ground else ()
    return Flow(joint.given, joint.needed, kinds, steps_before(checked, chain, offset))


def steps_before(checked: Checked, chain: tuple[syntax.Node, ...], offset: int) -> tuple[Step, ...]:
    """The stages of all pipes around a place that come before it."""
    found: list[Step] = []
    for node in chain:
        if isinstance(node, syntax.Pipe):
            for stage in node.stages:
                arrow = checked.facts.arrows.get(stage)
                if stage.end <= offset and not _holds(stage, offset) and arrow is not None:
                    found.append(Step(written(checked.module, stage), arrow.output))
    return tuple(found)


def _holds(stage: syntax.Node, offset: int) -> bool:
    return stage.start <= offset < stage.end


def written(module: syntax.Module, node: syntax.Node, room: int = 60) -> str:
    """An expression on one line, cut where it is long."""
    text = " ".join(module.source.text[node.start : node.end].split())
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _in_broken(program: Program, located: Located, broken: syntax.BrokenDecl) -> Flow | None:
    """What the part of a broken def before a ``|`` gives."""
    assert located.token is not None
    text, at = located.module.source.text, located.token.span.start
    if broken.keyword not in ("def", ""):
        return None
    before = text[broken.start : at].rstrip()
    if before.endswith(("|", "&", "=")):
        return None
    closed = before + _closers(before)
    repaired = f"{text[: broken.start]}{closed}\n{text[broken.end :]}"
    parsed, checked = program.probe(located.path, repaired)
    end = broken.start + len(before)
    chain = node_at(parsed.module, end - 1)
    body = _body(chain)
    if body is None or parsed.module.span(chain[1]).end > broken.start + len(closed):
        return None
    stages = body.stages if isinstance(body, syntax.Pipe) else (body,)
    steps = [(stage, checked.facts.arrows.get(stage)) for stage in stages]
    known = tuple(Step(written(parsed.module, stage), arrow.output) for stage, arrow in steps if arrow is not None)
    return Flow(known[-1].output, None, (), known) if known else None


def _closers(text: str) -> str:
    """What closes the brackets that a text leaves open."""
    open_: list[str] = []
    for word in lexer.scan(text, load()).texts:
        if word in _CLOSING:
            open_.append(_CLOSING[word])
        elif open_ and word == open_[-1]:
            open_.pop()
    return "".join(reversed(open_))


def _body(chain: tuple[syntax.Node, ...]) -> syntax.Expr | None:
    for node in chain[1:2]:
        if isinstance(node, syntax.DefDecl):
            return node.body
        if isinstance(node, syntax.Expr):
            return node
    return None
