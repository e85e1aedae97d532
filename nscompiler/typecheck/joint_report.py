"""What is said about a joint that does not hold: who gives what to whom, and how the flow came there."""

from collections.abc import Mapping, Sequence

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import distance
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.bridges import bridges
from nscompiler.typecheck.broken_joint import BrokenJoint
from nscompiler.typecheck.declared import declarations
from nscompiler.typecheck.explain import (
    NO_TUPLE,
    an,
    cut,
    first_of,
    fitting,
    hops,
    last_of,
    name_of,
    name_of_output,
    postfix,
    without,
    written_as,
)
from nscompiler.typecheck.facts import UseFact
from nscompiler.typecheck.fits import Mismatch, would_fit
from nscompiler.typecheck.renames import (
    Sides,
    added_constructors,
    added_fields,
    of_one_type,
    opened,
    optionals,
    renamed_output,
    renames,
    retyped,
)
from nscompiler.typecheck.scope import TITLE_WIDTH, Scope
from nscompiler.typecheck.twice import found_twice, part_at, shown_path, told
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import Names, difference_and_rest, lone_tails, show
from nscompiler.types.types import App, Record, Scalar, Sum, Type

# How many fields one label names, and how many pairs of names are held against each other for a slip.
MOST_FIELDS = 12
MOST_PAIRS = 40_000
# How many steps lead to the use behind a stage, at most.
MOST_STEPS = 1000
# What is said of values that nobody has looked into, where another type is wanted.
_UNREAD = {
    "Json": "Json fits only Json: let the function say what it gives, or give Text for `Conv.from_json` to read",
    "[Byte]": "bytes are no other type's values: a function has to decode them",
}


class JointReport:
    """The report of one broken joint."""

    def __init__(
        self,
        scope: Scope,
        store: Store,
        uses: Mapping[syntax.Node, UseFact],
        joint: BrokenJoint,
    ) -> None:
        self.scope, self.store, self.uses = scope, store, uses
        self.stages, self.flow = joint.stages, joint.flow
        self.left, self.right = joint.stages[-2:]
        self.producer, self.consumer = last_of(self.left), first_of(self.right)
        self.given, self.needed = store.resolve(joint.given), store.resolve(joint.needed)
        self.mismatches = joint.mismatches
        self.in_branch, self.shared = joint.in_branch, joint.shared

    def add(self) -> None:
        """Put it among the scope's problems, as one diagnostic."""
        if not self._as_shape():
            mismatch = self.mismatches[0]
            {
                "missing": self._missing,
                "collision": self._collision,
                "constructors": self._constructors,
                "infinite": self._infinite,
                "infinite-row": self._infinite,
                "payload": self._payload,
            }.get(mismatch.kind, self._mismatch)(mismatch)

    # --- the parts of the message

    def _add(
        self,
        code: Code,
        title: str,
        label: str,
        notes: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        related: tuple[Label, ...] = (),
        compared: Type | None = None,
        near: frozenset[str] = frozenset(),
    ) -> None:
        names = Names(hidden=lone_tails(self.given, self.needed))
        diff, rest = difference_and_rest(self.needed, compared or self.given, names, near)
        twice = found_twice(self.store, self.given, self.needed, self.mismatches[0])
        fixes = (*fixes, *self._without_second())[:3]
        said = () if twice is None else told(self.scope, twice, self._target(self.consumer), names.of(twice.variable))
        notes = (*notes, said) if isinstance(said, str) else notes
        self.scope.report(
            code,
            self.consumer,
            title,
            label,
            related=(*related, *self._related(), *(() if isinstance(said, str) else said)),
            expected=show(self.needed, names),
            found=show(self.given, names),
            diff=diff,
            flow=hops(self.scope, self.stages[:-1], self.flow, self.store),
            notes=notes if rest is None else (*notes, rest),
            fixes=fixes,
        )

    def _without_second(self) -> tuple[Fix, ...]:
        """Where the same stage stands twice in a row, a fix that leaves it once."""
        source, left, right = self.scope.module.source, self.left, self.right
        same = written_as(source, left) == written_as(source, right)
        if not same or self.in_branch or source.text[left.end : right.start].strip() != "|":
            return ()
        edits = (Edit(source.span(left.end, right.end), ""),)
        return (Fix(f"remove the second {self._who()[1]}", edits, Applicability.MAYBE_INCORRECT),)

    def _target(self, expr: syntax.Expr) -> FunctionInterface | None:
        fact = self.uses.get(expr)
        return None if fact is None else fact.target

    def _sides(self, path: tuple[str, ...], producer: syntax.Expr | None = None) -> Sides:
        """The written types of both sides at a place inside them; of another ``producer`` than the one before."""
        (left, before), (right, _) = (
            self._end(one, last=last) for one, last in ((producer or self.left, True), (self.right, False))
        )
        gives, takes = None if self.shared else self._function(left), self._function(right)
        return Sides(declarations(self.scope), gives, takes, (left, right), before, path)

    def _end(self, expr: syntax.Expr, *, last: bool) -> tuple[syntax.Expr, tuple[str, ...]]:
        """The use from which an output comes, or to which an input goes, through the defs of this file that are not
        annotated; and the steps of a path that `*` and `?` have taken off what it gives."""
        before: tuple[str, ...] = ()
        for _ in range(MOST_STEPS):
            match expr:
                case syntax.Pipe():
                    expr = expr.stages[-1 if last else 0]
                case syntax.Concat() | syntax.Filter():
                    before = ("[]" if isinstance(expr, syntax.Concat) else "?", *before)
                    expr = expr.function
                case syntax.Apply():
                    expr = expr.function
                case syntax.Use(qualifier=None, name=name):
                    decl = self.scope.declared_functions.get(name.text)
                    if not isinstance(decl, syntax.DefDecl) or decl.annotation is not None:
                        break
                    expr = decl.body
                case _:
                    break
        return expr, before if last else ()

    def _function(self, use: syntax.Expr) -> FunctionInterface | None:
        """What a use names, in this def or in another of the file."""
        name = use.function if isinstance(use, syntax.Instantiate) else use
        if use in self.uses or not isinstance(name, syntax.Use):
            return self._target(use)
        return self.scope.known_function(name.qualifier, name.name)

    def _retyped(self) -> tuple[Fix, ...]:
        """What could stand in the `<…>` of either side instead."""
        parts = [(self._sides(one.path), one.given, one.needed) for one in self.mismatches]
        return retyped(self._sides(()), parts, self.given, self.needed)

    def _bridges(self) -> tuple[Fix, ...]:
        """Functions in scope that make of what is given what is needed."""
        target = self._target(self.consumer)
        sink = target is not None and target.kind == "sink"
        found = bridges(self.scope, self.store, self.given, self.needed, sink)
        producer, consumer = self._who()
        if not found:
            return self._bridges_of_items()
        return tuple(
            Fix(f"put `{text}` between {producer} and {consumer}", self._between(text), Applicability.MAYBE_INCORRECT)
            for text in found
        )

    def _bridges_of_items(self) -> tuple[Fix, ...]:
        """Functions in scope that take what lies in a list or an optional, for a consumer of one value."""
        given = self.store.head(self.given)
        if not self._is(given, "list", "optional") or self.in_branch or isinstance(self.left, syntax.Both):
            return ()
        sign = "*" if self._is(given, "list") else "?"
        producer, consumer = self._who()
        place = self.scope.module.source.span(self.left.end, self.left.end)
        found = bridges(self.scope, self.store, self._item(given), self.needed, False)
        return tuple(
            Fix(
                f"put `{text}` between {producer[:-1]}{sign}` and {consumer}",
                (Edit(place, f"{sign} | {text}"),),
                Applicability.MAYBE_INCORRECT,
            )
            for text in (found if producer.endswith("`") and not _is_prefixed(self.left) else ())
        )

    def _between(self, text: str) -> tuple[Edit, ...]:
        """The edits that put a stage between the two."""
        source = self.scope.module.source
        if self.in_branch:
            return (Edit(source.span(self.right.start, self.right.start), f"{text} | "),)
        if not isinstance(self.left, syntax.Both):
            return (Edit(source.span(self.left.end, self.left.end), f" | {text}"),)
        if not isinstance(self.right, syntax.Both):
            return (Edit(source.span(self.right.start, self.right.start), f"{text} | "),)
        start, end = source.span(self.left.start, self.left.start), source.span(self.left.end, self.left.end)
        return (Edit(start, "("), Edit(end, f") | {text}"))

    def _related(self) -> tuple[Label, ...]:
        labels = [Label(self.scope.span(self.producer), f"gives {an(self.given)}", Role.PRODUCER)]
        for expr in (self.producer, self.consumer):
            fact = self.uses.get(expr)
            if fact is not None and all(label.span != fact.target.span for label in labels):  # `f | f` has one
                labels.append(Label(fact.target.span, f"{name_of(expr)} is declared here", Role.DECLARATION))
        return tuple(labels)

    def _who(self) -> tuple[str, str]:
        return name_of_output(self.left), name_of(self.consumer)

    # --- whole shapes: a list, an optional, where one value is wanted

    def _as_shape(self) -> bool:
        given, needed = self.store.head(self.given), self.store.head(self.needed)
        signs = self._signs(given, needed)
        if signs[:1] == "*":
            self._offer_star(signs)
        elif signs:
            self._offer_question(signs)
        elif self._is(needed, "list") and self._would_fit(given, self._item(needed)) and not self._is(given, "list"):
            self._offer_single(needed)
        else:
            return False
        return True

    def _is(self, type: Type, *constructors: str) -> bool:
        return isinstance(type, App) and type.constructor in constructors

    def _item(self, type: Type) -> Type:
        assert isinstance(type, App)
        return type.items[-1]

    def _would_fit(self, given: Type, needed: Type) -> bool:
        if isinstance(self.store.head(given), Scalar) and an(given) == "Byte":
            return False
        return would_fit(self.store, given, needed)

    def _signs(self, given: Type, needed: Type) -> str:
        """The `*` and `?` that take off what lies around what would fit; none if nothing would."""
        signs = ""
        while self._is(given, "list", "vector", "optional"):
            signs += "?" if self._is(given, "optional") else "*"
            given = self.store.head(self._item(given))
            if self._would_fit(given, needed):
                return signs
        return ""

    def _offer_star(self, signs: str) -> None:
        producer, consumer = self._who()
        notes = (f"`{signs}` sends a list's items one by one" + (", through lists of lists" if "**" in signs else ""),)
        if "?" in signs:
            notes = ("`*` sends a list's items one by one, and `?` drops those that are missing",)
        # What takes a list itself is given a list of such.
        found, one = ("a list of lists", "one list") if self._is(self.needed, "list") else ("a list", "one value")
        self._add(
            codes.LIST_UNEXPECTED,
            fitting(f"{producer} gives {found}, but {consumer} takes {one}", f"{consumer} takes {one}, not {found}"),
            f"takes {an(self.needed)}, one at a time",
            notes,
            (self._signed(signs),),
        )

    def _offer_question(self, signs: str) -> None:
        producer, consumer = self._who()
        notes = ["`?` lets only the values that are there pass: missing ones are then dropped"]
        notes += ["`*` sends a list's items one by one"] if "*" in signs else []
        self._add(
            codes.OPTIONAL_UNEXPECTED,
            fitting(f"{producer} may give nothing, but {consumer} needs a value", f"{consumer} needs a value, always"),
            f"needs {an(self.needed)}",
            tuple(notes),
            (self._signed(signs),),
        )

    def _signed(self, signs: str) -> Fix:
        """The signs behind what gives too much; in a branch alone where others take it as it is."""
        if not self.in_branch:
            return postfix(self.scope, self.left, signs)
        title = f"put `Std.identity{signs}` before {self._who()[1]}"
        return Fix(title, self._between(f"Std.identity{signs}"), Applicability.MAYBE_INCORRECT)

    def _offer_single(self, needed: Type) -> None:
        producer, consumer = self._who()
        fix = Fix("make a list of one with `Std.single`", self._between("Std.single"), Applicability.MAYBE_INCORRECT)
        self._add(
            codes.LIST_NEEDED,
            fitting(f"{producer} gives one value, but {consumer} takes a list", f"{consumer} takes a list"),
            f"takes {an(self.needed)}",
            (),
            (*self._whole_list(needed), fix),
        )

    def _whole_list(self, needed: Type) -> tuple[Fix, ...]:
        """Where a `*` has taken a list apart that is wanted whole: remove it."""
        if not isinstance(self.left, syntax.Concat) or self.shared:
            return ()
        at = self.stages.index(self.left)
        item = self.store.resolve(self.flow[at].output)
        return without(self.scope, self.left, "*") if self._would_fit(self.store.types.list(item), needed) else ()

    # --- what differs inside

    def _at(self, mismatch: Mismatch) -> str:
        path = shown_path(mismatch.path)
        return f" at `{path}`" if path else ""

    def _whole_vectors(self, mismatch: Mismatch) -> Mismatch:
        """A mismatch at the rows of a matrix as one of the matrix, or of the vector that it meets."""
        path, given, needed = mismatch.path, mismatch.given, mismatch.needed
        while path[-1:] == ("[]",) and (self._is(given, "vector") or self._is(needed, "vector")):
            one, other = part_at(self.given, path[:-1]), part_at(self.needed, path[:-1])
            if one is None or other is None or not self._is(one, "vector") or not self._is(other, "vector"):
                break
            path, given, needed = path[:-1], one, other
        return replace(mismatch, path=path, given=given, needed=needed)

    def _mismatch(self, mismatch: Mismatch) -> None:
        mismatch = self._whole_vectors(mismatch)
        producer, consumer = self._who()
        given, needed = an(mismatch.given), an(mismatch.needed)
        where = self._at(mismatch)
        label = f"needs {needed}, not {given},{where}" if where else f"needs {needed}"
        notes = [
            f"and{self._at(other)}: {an(other.needed)} is needed, {an(other.given)} is given"
            for other in self.mismatches[1:3]
            if other.kind == "type"
        ]
        notes += [_UNREAD[given]] if given in _UNREAD and not notes else []
        notes += [NO_TUPLE] if self._makes_no_tuple() else []
        title = fitting(
            f"{producer} gives {given}{where}, but {consumer} needs {needed}",
            f"{consumer} cannot take what {producer} gives",
        )
        code = self._inner_code(mismatch)
        fixes = (*self._bridges(), *(self._optional_fixes(code) or self._retyped()))
        self._add(code, title, label, tuple(notes), (fixes or self._declared_so(mismatch))[:3])

    def _declared_so(self, mismatch: Mismatch) -> tuple[Fix, ...]:
        """Where one scalar inside is another on the other side, the declarations of either side that would agree."""
        given, needed = self.store.head(mismatch.given), self.store.head(mismatch.needed)
        if len(self.mismatches) > 1 or not mismatch.path:
            return ()
        if not isinstance(given, Scalar) or not isinstance(needed, Scalar):
            return ()
        return of_one_type(self._sides(mismatch.path), given, needed)

    def _makes_no_tuple(self) -> bool:
        """Whether a tuple is wanted of what the branches of a ``&`` give."""
        needed = self.store.head(self.needed)
        if not isinstance(self.left, syntax.Both) or not isinstance(needed, App) or needed.constructor != "tuple":
            return False
        return len(needed.items) == len(self.left.branches) and self._would_fit(self.given, needed.items[0])

    def _optional_fixes(self, code: Code) -> tuple[Fix, ...]:
        """Where only optionals inside stand in the way, the declarations on either side that would say otherwise."""
        if code is not codes.OPTIONAL_UNEXPECTED or any(self._inner_code(one) is not code for one in self.mismatches):
            return ()
        return optionals([self._sides(one.path) for one in self.mismatches])

    def _payload(self, mismatch: Mismatch) -> None:
        """A constructor has something with it on one side only."""
        producer, consumer = self._who()
        name = cut(mismatch.path[-1])
        unit = self.store.types.unit
        more, less = (producer, consumer) if mismatch.needed is unit else (consumer, producer)
        what = an(mismatch.given if mismatch.needed is unit else mismatch.needed)
        verbs = ("gives", "takes") if mismatch.needed is unit else ("takes", "gives")
        title = fitting(
            f"{more} {verbs[0]} `{name}` with {what}, but {less} {verbs[1]} it alone",
            f"`{name}` has something with it on one side only",
        )
        label = f"takes `{name}` alone" if mismatch.needed is unit else f"takes `{name}` with {what}"
        around = replace(mismatch, path=mismatch.path[:-1])
        fixes = (*self._bridges(), *self._retyped())
        self._add(codes.SUM_MISMATCH, title, label + self._at(around), (), fixes[:3])

    def _inner_code(self, mismatch: Mismatch) -> Code:
        """The kind of fault at a place inside the two types."""
        given, needed = self.store.head(mismatch.given), self.store.head(mismatch.needed)
        if mismatch.path and mismatch.path[-1][:1].isalpha():
            return codes.SUM_MISMATCH
        if self._is(given, "optional") and self._would_fit(self._item(given), needed):
            return codes.OPTIONAL_UNEXPECTED
        return codes.TYPE_MISMATCH

    def _missing(self, mismatch: Mismatch) -> None:
        given, needed = mismatch.given, mismatch.needed
        assert isinstance(given, Record)
        assert isinstance(needed, Record)
        producer, consumer = self._who()
        pairs = _misspelt(given, needed, mismatch.labels, self.store)
        if pairs:
            self._misspelt(mismatch, pairs)
            return
        fields = ", ".join(f"`{label}`" for label in mismatch.labels)
        types = dict(needed.fields)
        kind = "the field" if len(mismatch.labels) == 1 else "the fields"
        wanted = ", ".join(f"{label} : {an(types[label])}" for label in mismatch.labels[:MOST_FIELDS])
        wanted += ", …" if len(mismatch.labels) > MOST_FIELDS else ""
        short = f"{consumer} needs {kind} {fields}"
        if len(short) > TITLE_WIDTH:
            short = fitting(
                f"{consumer} needs {len(mismatch.labels)} fields that {producer} does not give",
                f"{consumer} needs {len(mismatch.labels)} more fields",
            )
        title = fitting(f"{consumer} needs {kind} {fields}, which {producer} does not give", short)
        had, fixes = self._last_had(mismatch)
        label = f"needs {wanted}{self._at(mismatch)}"
        fixes = (*fixes, *self._bridges(), *self._retyped())
        added = None if fixes else added_fields(self._sides(mismatch.path), needed, mismatch.labels)
        self._add(codes.FIELD_MISSING, title, label, (), fixes[:3] if added is None else (added,), had)

    def _last_had(self, mismatch: Mismatch) -> tuple[tuple[Label, ...], tuple[Fix, ...]]:
        """The last stage after which all missing fields were still there, and a fix where one stage dropped them."""
        if mismatch.path:
            return (), ()
        for at in range(len(self.flow) - 2, -1, -1):
            output = self.store.head(self.flow[at].output)
            if isinstance(output, Record) and all(output.field(label) is not None for label in mismatch.labels):
                stage = last_of(self.stages[at])
                what = "is" if len(mismatch.labels) == 1 else "are"
                fields = cut(", ".join(f"`{label}`" for label in mismatch.labels))
                label = Label(self.scope.span(stage), f"{fields} {what} still there after {name_of(stage)}", Role.NOTE)
                dropped_by = self._target(self.producer) if at == len(self.flow) - 2 else None
                fix = None if dropped_by is None else opened(declarations(self.scope), dropped_by)
                return (label,), () if fix is None else (fix,)
        return (), ()

    def _misspelt(self, mismatch: Mismatch, pairs: list[tuple[str, str]]) -> None:
        producer, consumer = self._who()
        wanted, there = pairs[0]
        title = fitting(
            f"{consumer} needs the field `{wanted}`, but {producer} gives `{there}`",
            f"{consumer} needs the field `{wanted}`, not `{there}`",
        )
        notes = [f"likewise `{two}` instead of `{one}`" for one, two in pairs[1:]]
        matched = {one for one, _ in pairs}
        notes += [f"and there is no `{label}`" for label in mismatch.labels if label not in matched]
        fixes = renames(self._sides(mismatch.path), pairs)
        if len(fixes) < 2 and not mismatch.path:
            fixes = (*fixes, *self._renamed_before(pairs))
        near = frozenset(two for _, two in pairs)
        self._add(codes.FIELD_MISSPELT, title, f"needs `{wanted}`{self._at(mismatch)}", tuple(notes), fixes, near=near)

    def _renamed_before(self, pairs: Sequence[tuple[str, str]]) -> tuple[Fix, ...]:
        """A fix at the stage from which the fields come, where the producer only passes them on."""
        for at in range(len(self.flow) - 2, -1, -1):
            output = self.store.head(self.flow[at].output)
            if not isinstance(output, Record) or any(output.field(there) is None for _, there in pairs):
                break
            fix = renamed_output(self._sides((), self.stages[at]), pairs)
            if fix is not None:
                return (fix,)
        return ()

    def _collision(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        fields = ", ".join(f"`{label}`" for label in mismatch.labels)
        title = fitting(
            f"the field {fields} of {producer} would be overwritten by {consumer}",
            f"the field {fields} would be overwritten",
        )
        self._add(codes.FIELD_COLLISION, title, f"adds {fields} itself", compared=self._colliding(mismatch))

    def _colliding(self, mismatch: Mismatch) -> Type:
        """What is given, without the fields that neither collide nor are asked for: they are no part of the fault."""
        given, needed = self.given, self.needed
        if mismatch.path or not isinstance(given, Record) or not isinstance(needed, Record):
            return given
        told = {*mismatch.labels, *needed.labels}
        return self.store.types.record([field for field in given.fields if field[0] in told], given.tail)

    def _constructors(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        names = ", ".join(f"`{name}`" for name in mismatch.labels)
        kind = "the constructor" if len(mismatch.labels) == 1 else "the constructors"
        title = fitting(
            f"{consumer} does not know {kind} {names} that {producer} gives",
            f"{consumer} does not know {kind} {cut(names)}",
        )
        assert isinstance(mismatch.needed, Sum)
        known = cut(", ".join(f"`{name}`" for name, _ in mismatch.needed.constructors), 64)
        label = f"knows only {known}{self._at(mismatch)}"
        self._add(codes.SUM_MISMATCH, title, label, (), self._constructor_fixes(mismatch))

    def _constructor_fixes(self, mismatch: Mismatch) -> tuple[Fix, ...]:
        given, needed = mismatch.given, mismatch.needed
        assert isinstance(given, Sum)
        assert isinstance(needed, Sum)
        sides = self._sides(mismatch.path)
        pairs = _respelt(given, needed, mismatch.labels, self.store)
        if len(pairs) == len(mismatch.labels):
            return renames(sides, pairs)
        added = added_constructors(sides, given, mismatch.labels)
        return (*self._bridges(), *(() if added is None else (added,)), *self._retyped())[:3]

    def _infinite(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        code = codes.INFINITE_ROW if mismatch.kind == "infinite-row" else codes.INFINITE_TYPE
        title = f"{consumer} after {producer} would need a type that contains itself"
        self._add(code, fitting(title, "this would need a type that contains itself"), "no type is that")


def _misspelt(given: Record, needed: Record, missing: tuple[str, ...], store: Store) -> list[tuple[str, str]]:
    """Pairs of (needed, given) labels that are near and whose types agree."""
    pairs: list[tuple[str, str]] = []
    want, have = dict(needed.fields), dict(given.fields)
    left = [label for label in given.labels if label not in want]
    if len(left) * len(missing) > MOST_PAIRS:
        return []
    for label in missing:
        for other in left:
            if _near(label, other) and would_fit(store, have[other], want[label]):
                pairs.append((label, other))
                left.remove(other)
                break
    return pairs


def _near(one: str, other: str) -> bool:
    plain = [name.replace("_", "").replace("-", "").casefold() for name in (one, other)]
    most = 1 if min(map(len, plain)) < 5 else 2
    return min(map(len, plain)) > 1 and distance(plain[0], plain[1], most) <= most


def _respelt(given: Sum, needed: Sum, unknown: tuple[str, ...], store: Store) -> list[tuple[str, str]]:
    """Pairs of (needed, given) constructors that are near and whose payloads agree."""
    have, want = dict(given.constructors), dict(needed.constructors)
    left = [name for name in want if name not in have]
    pairs: list[tuple[str, str]] = []
    for name in unknown:
        for other in left:
            mine, theirs = have[name], want[other]
            agree = mine is theirs or (mine is not None and theirs is not None and would_fit(store, mine, theirs))
            if agree and _near(name, other):
                pairs.append((other, name))
                left.remove(other)
                break
    return pairs


def _is_prefixed(expr: syntax.Expr) -> bool:
    return isinstance(expr, syntax.Concat | syntax.Filter) and expr.prefix
