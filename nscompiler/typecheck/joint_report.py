"""What is said about a joint that does not hold: who gives what to whom, and how the flow came there."""

from collections.abc import Mapping, Sequence

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import distance
from nscompiler.grammar import syntax
from nscompiler.typecheck.explain import an, cut, first_of, fitting, hops, last_of, name_of
from nscompiler.typecheck.facts import Arrow, UseFact
from nscompiler.typecheck.fits import Mismatch, would_fit
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.show import Names, difference, lone_tails, show
from nscompiler.types.types import App, Record, Scalar, Type

# How many fields one label names, and how many pairs of names are held against each other for a slip.
MOST_FIELDS = 12
MOST_PAIRS = 40_000


class JointReport:
    """The report of one broken joint."""

    def __init__(
        self,
        scope: Scope,
        store: Store,
        uses: Mapping[syntax.Node, UseFact],
        stages: Sequence[syntax.Expr],
        flow: Sequence[Arrow],
        types: tuple[Type, Type],
        mismatches: tuple[Mismatch, ...],
    ) -> None:
        """``flow`` has the types of all ``stages`` but the last, which takes what it cannot; ``types`` are what is
        given there and what is needed."""
        self.scope, self.store, self.uses = scope, store, uses
        self.stages, self.flow = stages, flow
        self.left, self.right = stages[-2:]
        self.producer, self.consumer = last_of(self.left), first_of(self.right)
        self.given, self.needed = types
        self.mismatches = mismatches

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
            }.get(mismatch.kind, self._mismatch)(mismatch)

    # --- the parts of the message

    def _add(
        self, code: Code, title: str, label: str, notes: tuple[str, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> None:
        names = Names(hidden=lone_tails(self.given, self.needed))
        self.scope.report(
            code,
            self.consumer,
            title,
            label,
            related=self._related(),
            expected=show(self.needed, names),
            found=show(self.given, names),
            diff=difference(self.needed, self.given, names),
            flow=hops(self.scope, self.stages[:-1], self.flow, self.store),
            notes=notes,
            fixes=fixes,
        )

    def _related(self) -> tuple[Label, ...]:
        labels = [Label(self.scope.span(self.producer), f"gives {an(self.given)}", Role.PRODUCER)]
        for expr in (self.producer, self.consumer):
            fact = self.uses.get(expr)
            if fact is not None:
                labels.append(Label(fact.target.span, f"{name_of(expr)} is declared here", Role.DECLARATION))
        return tuple(labels)

    def _who(self) -> tuple[str, str]:
        return name_of(self.producer), name_of(self.consumer)

    # --- whole shapes: a list, an optional, where one value is wanted

    def _as_shape(self) -> bool:
        given, needed = self.store.head(self.given), self.store.head(self.needed)
        depth = self._list_depth(given, needed)
        if depth:
            self._offer_star(depth)
        elif self._is(given, "optional") and self._would_fit(self._item(given), needed):
            self._offer_question(given)
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

    def _postfix(self, sign: str) -> Fix:
        end = self.scope.module.source.span(self.left.end, self.left.end)
        edits: tuple[Edit, ...] = (Edit(end, sign),)
        if (isinstance(self.left, syntax.Concat | syntax.Filter) and self.left.prefix) or isinstance(
            self.left, syntax.Both
        ):
            start = self.scope.module.source.span(self.left.start, self.left.start)
            edits = (Edit(start, "("), Edit(end, ")" + sign))
        words = {"*": "send the items one by one", "?": "let only the values that are there pass"}[sign[0]]
        return Fix(f"write `{sign}` after {self._who()[0]}: {words}", edits, Applicability.MAYBE_INCORRECT)

    def _list_depth(self, given: Type, needed: Type) -> int:
        """How many lists lie around what would fit; 0 if none or nothing would."""
        depth = 0
        while self._is(given, "list", "vector"):
            given = self.store.head(self._item(given))
            depth += 1
            if self._would_fit(given, needed):
                return depth
        return 0

    def _offer_star(self, depth: int) -> None:
        producer, consumer = self._who()
        sign = "*" * depth
        notes = (f"`{sign}` sends a list's items one by one" + (", through lists of lists" if depth > 1 else ""),)
        self._add(
            codes.LIST_UNEXPECTED,
            fitting(
                f"{producer} gives a list, but {consumer} takes one value", f"{consumer} takes one value, not a list"
            ),
            f"takes {an(self.needed)}, one at a time",
            notes,
            (self._postfix(sign),),
        )

    def _offer_question(self, given: Type) -> None:
        producer, consumer = self._who()
        self._add(
            codes.OPTIONAL_UNEXPECTED,
            fitting(f"{producer} may give nothing, but {consumer} needs a value", f"{consumer} needs a value, always"),
            f"needs {an(self.needed)}",
            ("`?` lets only the values that are there pass: missing ones are then dropped",),
            (self._postfix("?"),),
        )

    def _offer_single(self, needed: Type) -> None:
        producer, consumer = self._who()
        end = self.scope.module.source.span(self.left.end, self.left.end)
        fix = Fix("make a list of one with `Std.single`", (Edit(end, " | Std.single"),), Applicability.MAYBE_INCORRECT)
        self._add(
            codes.LIST_NEEDED,
            fitting(f"{producer} gives one value, but {consumer} takes a list", f"{consumer} takes a list"),
            f"takes {an(self.needed)}",
            (),
            (fix,),
        )

    # --- what differs inside

    def _at(self, mismatch: Mismatch) -> str:
        path = "".join(step if not step[:1].isalpha() else f"({step})" for step in mismatch.path)
        return f" at `{path}`" if path else ""

    def _mismatch(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        given, needed = an(self.given), an(self.needed)
        title = f"{producer} gives {given}, but {consumer} needs {needed}"
        title = fitting(title, f"{consumer} cannot take what {producer} gives")
        label = f"needs {needed}"
        if mismatch.path:
            label = f"needs {an(mismatch.needed)}, not {an(mismatch.given)},{self._at(mismatch)}"
        notes = [
            f"and{self._at(other)}: {an(other.needed)} is needed, {an(other.given)} is given"
            for other in self.mismatches[1:3]
            if other.kind == "type"
        ]
        self._add(self._inner_code(mismatch), title, label, tuple(notes))

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
        title = fitting(
            f"{consumer} needs {kind} {fields}, which {producer} does not give",
            f"{consumer} needs {kind} {cut(fields)}",
        )
        self._add(codes.FIELD_MISSING, title, f"needs {wanted}{self._at(mismatch)}")

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
        self._add(codes.FIELD_MISSPELT, title, f"needs `{wanted}`{self._at(mismatch)}", tuple(notes))

    def _collision(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        fields = ", ".join(f"`{label}`" for label in mismatch.labels)
        title = fitting(
            f"the field {fields} of {producer} would be overwritten by {consumer}",
            f"the field {fields} would be overwritten",
        )
        self._add(codes.FIELD_COLLISION, title, f"adds {fields} itself")

    def _constructors(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        names = ", ".join(f"`{name}`" for name in mismatch.labels)
        kind = "the constructor" if len(mismatch.labels) == 1 else "the constructors"
        title = fitting(
            f"{consumer} does not know {kind} {names} that {producer} gives",
            f"{consumer} does not know {kind} {cut(names)}",
        )
        self._add(codes.SUM_MISMATCH, title, f"knows {an(mismatch.needed)}{self._at(mismatch)}")

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
