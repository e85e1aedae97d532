"""When one type fits another (FIT, ROW, INF of the reference), by substitution.

A ``State`` is never changed: what finds something out returns another one, so that trying costs nothing but time.
"""

from __future__ import annotations

from itertools import count

import attrs
from reference.terms import Misfit, Term, inside, is_variable, put_in, rebuilt, record, variables

_names = count()


def fresh(kind: str) -> Term:
    """A variable that is nowhere else."""
    return ("var", kind, next(_names))


@attrs.frozen
class State:
    """What each variable was found to be (a substitution whose right sides hold no variable of its left sides), and
    the labels that row variables may not have."""

    found: dict[Term, Term] = attrs.field(factory=dict)
    lacks: dict[Term, frozenset[str]] = attrs.field(factory=dict)

    def __call__(self, term: Term) -> Term:
        """The term with all that is known put in."""
        return put_in(self.found, term)

    def bar(self, row: Term, labels: frozenset[str]) -> State:
        """A row may not have some labels."""
        return attrs.evolve(self, lacks={**self.lacks, row: self.lacks.get(row, frozenset()) | labels})

    def learn(self, term: Term) -> State:
        """The rows of records may not have the labels beside them."""
        state = self
        for one in inside(term):
            if one[0] == "record" and one[2] is not None:
                state = state.bar(one[2], frozenset(label for label, _ in one[1]))
        return state

    def bind(self, variable: Term, term: Term) -> State:
        """A variable is a term. Raises Misfit where it would contain itself."""
        term = self(term)
        if term == variable:
            return self
        if variable in variables(term):
            raise Misfit("infinite")
        barred = self.lacks.get(variable, frozenset())
        state = self
        if variable[1] == "row":
            if term[0] == "record":
                taken = barred & {label for label, _ in term[1]}
                if taken:
                    raise Misfit(f"{min(taken)} is there already")
                state = state if term[2] is None else state.bar(term[2], barred | {label for label, _ in term[1]})
            else:
                state = state.bar(term, barred)
        only = {variable: term}
        found = {name: put_in(only, own) for name, own in state.found.items()}
        return attrs.evolve(state, found={**found, variable: term})


def fit(state: State, given: Term, needed: Term) -> State:
    """What is known after the given type was made to fit the needed one. Raises Misfit where it does not."""
    return _Joint(state).fit(given, needed)


def fits(state: State, given: Term, needed: Term) -> State | None:
    """The same; None where it does not fit."""
    try:
        return fit(state, given, needed)
    except Misfit:
        return None


class _Joint:
    """One joint. A variable of the needed side takes the first type that meets it; wherever it stands again there
    must be the same type."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.taken: set[Term] = set()
        self.waiting: list[tuple[Term, Term]] = []
        self.same: list[tuple[Term, Term]] = []

    def fit(self, given: Term, needed: Term) -> State:
        self._fit(given, needed, True)
        while self.waiting:
            waiting, self.waiting = self.waiting, []
            for one, other in waiting:
                self._fit(one, other, False)
        for one, other in self.same:
            self.state = fit(fit(self.state, self.state(one), self.state(other)), self.state(other), self.state(one))
        return self.state

    def _fit(self, given: Term, written: Term, may_wait: bool) -> None:
        given, needed = self.state(given), self.state(written)
        if may_wait:
            self._note(given, written)
        if given == needed:
            return
        if is_variable(given) and not (is_variable(needed)):
            self._unknown(given, needed, may_wait)
        elif is_variable(needed):
            self.state = self.state.bind(needed, given)
        elif needed[0] == "optional":
            self._fit(given[1] if given[0] == "optional" else given, _inner(written, needed), may_wait)
        else:
            self._known(given, needed, written, may_wait)

    def _note(self, given: Term, written: Term) -> None:
        variable = written[2] if written[0] == "record" else written
        if variable is None or not is_variable(variable):
            return
        if variable not in self.taken:
            if self.state(variable) == variable:
                self.taken.add(variable)
        elif written[0] != "record":
            self.same.append((given, variable))
        elif given[0] == "record":
            own = {label for label, _ in written[1]}
            rest = {label: part for label, part in given[1] if label not in own}
            self.same.append((record(rest, given[2]), record({}, variable)))

    def _unknown(self, given: Term, needed: Term, may_wait: bool) -> None:
        if needed[0] in ("Double", "optional") and may_wait:
            self.waiting.append((given, needed))
        elif needed[0] == "optional" and given in variables(needed):
            self._fit(given, needed[1], may_wait)
        else:
            self.state, opened = _opened(self.state, needed)
            self.state = self.state.bind(given, opened)

    def _known(self, given: Term, needed: Term, written: Term, may_wait: bool) -> None:
        kinds = given[0], needed[0]
        if kinds == ("Integer", "Double"):
            return
        if kinds == ("record", "record"):
            self._records(given, needed, written, may_wait)
        elif kinds == ("sum", "sum"):
            self._sums(given, needed, may_wait)
        elif kinds == ("vector", "list"):
            self._fit(given[2], _inner(written, needed), may_wait)
        elif kinds[0] == kinds[1] and kinds[0] in ("list", "map", "tuple", "vector") and len(given) == len(needed):
            for one, other in zip(given[1:], _args(written, needed), strict=True):
                self._fit(one, other, may_wait)
        else:
            raise Misfit(f"{given} is no {needed}")

    def _sums(self, given: Term, needed: Term, may_wait: bool) -> None:
        wanted = dict(needed[1])
        for label, payload in given[1]:
            if label not in wanted or (payload is None) != (wanted[label] is None):
                raise Misfit(f"constructor {label}")
            if payload is not None:
                self._fit(payload, wanted[label], may_wait)

    def _records(self, given: Term, needed: Term, written: Term, may_wait: bool) -> None:
        have, want = dict(given[1]), dict(needed[1])
        missing = {label: part for label, part in needed[1] if label not in have}
        extra = {label: part for label, part in given[1] if label not in want}
        if needed[2] is not None and given[2] == needed[2]:
            if missing or extra:
                raise Misfit("infinite row")
        else:
            tail = self._supply(given[2], missing)
            if is_variable(needed[2]):
                self.state = self.state.bind(needed[2], record(extra, tail) if extra or tail is None else tail)
            elif needed[2] is not None and (extra or tail != needed[2]):
                raise Misfit("further fields")
        as_written = dict(written[1]) if written[0] == "record" else {}
        for label in sorted(have.keys() & want.keys()):
            self._fit(have[label], as_written.get(label, want[label]), may_wait)

    def _supply(self, tail: Term | None, missing: dict[str, Term]) -> Term | None:
        """An open record has what is missing; the new rest."""
        if not missing:
            return tail
        if tail is None or not is_variable(tail):
            raise Misfit(f"no field {min(missing)}")
        rest = fresh("row")
        fields = {}
        for label, part in missing.items():
            self.state, fields[label] = _opened(self.state, part)
        self.state = self.state.bind(tail, record(fields, rest))
        return rest


def _inner(written: Term, needed: Term) -> Term:
    """The item as it was written, with its variables, where that is known."""
    return written[-1] if written[0] == needed[0] else needed[-1]


def _args(written: Term, needed: Term) -> tuple[Term, ...]:
    return written[1:] if written[0] == needed[0] else needed[1:]


def _opened(state: State, term: Term) -> tuple[State, Term]:
    """A term in which every closed record has a rest that nothing knows yet."""
    term = state(term)

    def opened(part: Term) -> Term:
        if part[0] == "sum":
            return part
        part = rebuilt(part, opened)
        return ("record", part[1], fresh("row")) if part[0] == "record" and part[2] is None else part

    result = opened(term)
    return state.learn(result), result


# --- `&`


def common_input(state: State, inputs: list[Term]) -> tuple[State, Term]:
    """What all branches can take (TEE-2 to TEE-4)."""
    common = inputs[0]
    for other in inputs[1:]:
        state, common = _agree(state, common, other)
    for one in inputs:
        state = fit(state, common, one)
    return state, common


def _agree(state: State, one: Term, other: Term) -> tuple[State, Term]:
    one, other = state(one), state(other)
    if one == other:
        return state, one
    if is_variable(one) or is_variable(other):
        state = fit(state, one, other)
        return state, state(one)
    if one[0] == other[0] == "record":
        return _agree_records(state, one, other)
    if fits(state, one, other) is not None:
        return state, one
    if fits(state, other, one) is not None:
        return state, other
    raise Misfit("inputs")


def _agree_records(state: State, one: Term, other: Term) -> tuple[State, Term]:
    mine, others = dict(one[1]), dict(other[1])
    fields = {**others, **mine}
    for label in mine.keys() & others.keys():
        state, fields[label] = _agree(state, mine[label], others[label])
    if one[2] == other[2] and mine.keys() == others.keys():
        return state, record(fields, one[2])
    whole = record(fields, None if one[2] is None and other[2] is None else fresh("row"))
    return state.learn(whole), whole


def common_output(state: State, outputs: list[Term]) -> tuple[State, Term]:
    """The largest of the outputs (TEE-5)."""
    common = outputs[0]
    for other in outputs[1:]:
        tried = fits(state, other, common)
        if tried is not None:
            state = tried
            continue
        state, common = fit(state, common, other), other
    return state, common
