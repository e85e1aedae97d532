"""What is said about a joint that does not hold: who gives what to whom, and how the flow came there."""

from collections.abc import Iterator, Sequence
from itertools import islice

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.broken_joint import BrokenJoint
from nscompiler.typecheck.declared import declarations
from nscompiler.typecheck.explain import (
    NO_TUPLE,
    an,
    cut,
    fitting,
    last_of,
    name_of,
)
from nscompiler.typecheck.fits import Mismatch
from nscompiler.typecheck.joint_shapes import ShapeMessage
from nscompiler.typecheck.near_parts import misspelt, respelt
from nscompiler.typecheck.other_branches import as_it_is, in_place, renamed
from nscompiler.typecheck.other_versions import in_one_version
from nscompiler.typecheck.renames import (
    Sides,
    added_constructors,
    added_fields,
    alike,
    of_one_type,
    one_payload,
    opened,
    optionals,
    renamed_output,
    renames,
)
from nscompiler.typecheck.scope import TITLE_WIDTH
from nscompiler.typecheck.substitutes import substitutes
from nscompiler.typecheck.twice import found_twice, part_at, where
from nscompiler.types.types import App, Record, Scalar, Sum, Type

# How many fields one label names.
MOST_FIELDS = 12
# What is said of values that nobody has looked into, where another type is wanted.
_UNREAD = {
    "Json": "Json fits only Json: let the function say what it gives, or give Text for `Conv.from_json` to read",
    "[Byte]": "bytes are no other type's values: a function has to decode them",
}


class JointReport(ShapeMessage):
    """The report of one broken joint."""

    def add(self) -> None:
        """Put it among the scope's problems, as one diagnostic."""
        inside = self._misspelt_in_def()
        if inside is not None:
            at = inside.scope.span(inside.consumer)
            if all(one.primary.span != at for one in self.scope.problems):  # else told of at another use of the def
                inside.add()
        elif not self.adds_shape():
            mismatch = self.mismatches[0]
            {
                "missing": self._missing,
                "collision": self._collision,
                "constructors": self._constructors,
                "infinite": self._infinite,
                "infinite-row": self._infinite,
                "payload": self._payload,
            }.get(mismatch.kind, self._mismatch)(mismatch)

    def _misspelt_in_def(self) -> "JointReport | None":
        """The report of a field that a def of this file asks of its input where one of its stages has just made another
        that is nearly called so."""
        found = self.written.innermost()
        if found is None or len(found.stages) == 1 or [one.kind for one in found.mismatches] != ["missing"]:
            return None
        (mismatch,) = found.mismatches
        given, needed, made = mismatch.given, mismatch.needed, found.flow[-1]
        taken, gives = self.store.head(made.input), self.store.head(made.output)
        if not (isinstance(given, Record) and isinstance(needed, Record) and isinstance(gives, Record)):
            return None
        pairs = misspelt(given, needed, mismatch.labels, self.store)
        old = taken.labels if isinstance(taken, Record) else ()
        if mismatch.path or len(pairs) < len(mismatch.labels) or any(there in old for _, there in pairs):
            return None
        stages, flow = [*self.stages[:-1], *found.stages], [*self.flow, *found.flow]
        joint = BrokenJoint(stages, flow, found.given, found.needed, found.mismatches)
        more = len(self.stages) - 1
        joint.shares = [(place + more, given_, others) for place, given_, others in found.shares]
        return JointReport(self.scope, self.store, self.uses, joint)

    def _at(self, mismatch: Mismatch) -> str:
        return where(mismatch.path)

    def _at_name(self, mismatch: Mismatch) -> str:
        return self._at(mismatch) if any(step[:1] == "." for step in mismatch.path) else ""

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
        at = self._at(mismatch)
        label = f"needs {needed}, not {given},{at}" if at else f"needs {needed}"
        notes = [
            f"and{self._at(other)}: {an(other.needed)} is needed, {an(other.given)} is given"
            for other in self.mismatches[1:3]
            if other.kind == "type"
        ]
        notes += [_UNREAD[given]] if given in _UNREAD and not notes else []
        notes += [NO_TUPLE] if self._makes_no_tuple() else []
        title = fitting(
            f"{producer} gives {given}{at}, but {consumer} needs {needed}",
            f"{consumer} cannot take what {producer} gives",
        )
        code = self._inner_code(mismatch)
        bridges, retyped = self._bridges(), self._optional_fixes(code) or self._retyped()
        kept = [fix for fix in bridges if not _drops(fix)]
        fixes = self._versions(mismatch) or (*kept, *retyped)
        fixes = fixes or (*self._substitutes(), *self._declared_so(mismatch)) or bridges
        fixes = fixes or self._declared_otherwise(mismatch)
        self._add(code, title, label, tuple(notes), fixes[:3])

    def _declared_otherwise(self, mismatch: Mismatch) -> tuple[Fix, ...]:
        """Where whole types of other shapes meet and nothing leads from one to the other, the declarations that would
        agree, if the type is no long one."""
        given, needed = mismatch.given, mismatch.needed
        tick = given is self.store.types.unit  # told of before
        if tick or an(given) in _UNREAD or (isinstance(given, Scalar) and isinstance(needed, Scalar)):
            return ()
        found = self._declared_so(mismatch, wide=True)
        # What may stand in `<…>` has been looked at before.
        return tuple(fix for fix in found if "{" not in fix.edits[0].text and "<…>" not in fix.title)

    def _declared_so(self, mismatch: Mismatch, *, wide: bool = False) -> tuple[Fix, ...]:
        """Where one type inside is another on the other side, the declarations of either side that would agree."""
        others = self.mismatches[1:]
        if (whole := self._other_order(mismatch)) is not None:
            mismatch, others = whole, ()
        given, needed = mismatch.given, mismatch.needed
        sides = self._sides(mismatch.path)
        named = "" if sides.consumer is None else sides.consumer.name
        # No other type of the author's can be `()`: the consumer takes it, where it stands nowhere else.
        is_tick = given is self.store.types.unit and sides.declarations.words[named] <= 2
        if others or not (mismatch.path or is_tick or wide or alike(given, needed)):
            return ()
        if found_twice(self.store, self.given, self.needed, self.mismatches[0]) is not None:
            return ()
        change = in_place(needed)
        fixes = of_one_type(self._sides(mismatch.path, change), given, needed)
        before = self.written.came_from(mismatch.path, change) if len(fixes) < 2 else ()
        more = (fix for sides in before for fix in of_one_type(sides, given, needed, last=True) if fix not in fixes)
        return (*fixes, *islice(more, 1))

    def _other_order(self, mismatch: Mismatch) -> Mismatch | None:
        """The mismatch of two tuples that have the same items in another order, where that is all that does not fit."""
        path = mismatch.path[:-1]
        if len(self.mismatches) < 2 or any(one.path[:-1] != path for one in self.mismatches):
            return None
        given, needed = part_at(self.given, path), part_at(self.needed, path)
        if not (
            isinstance(given, App) and isinstance(needed, App) and given.constructor == needed.constructor == "tuple"
        ):
            return None
        have, want = ([self.store.resolve(item) for item in side.items] for side in (given, needed))
        same = len(have) == len(want) and all(have.count(item) == want.count(item) for item in have)
        return replace(mismatch, path=path, given=given, needed=needed) if same else None

    def _substitutes(self) -> tuple[Fix, ...]:
        """Functions in scope that would fit in the place of either stage."""
        taken = self.store.resolve(self.flow[-2].output if len(self.flow) > 1 else self.flow[-1].input)
        target = self._target(self.consumer)
        offers = substitutes(self.scope, self.store, self.left, taken, self.needed)
        if target is not None and target.kind == "function":
            offers += substitutes(self.scope, self.store, self.right, self.given, target.scheme.output)
        return offers

    def _versions(self, mismatch: Mismatch) -> tuple[Fix, ...]:
        """Where two versions of a module meet, what imports one of them alone."""
        found = (in_one_version(self.scope, given.alias, needed.alias) for given, needed in self._around(mismatch))
        return tuple(islice((fix for fix in found if fix is not None), 1))

    def _around(self, mismatch: Mismatch) -> Iterator[tuple[Type, Type]]:
        """The types on either side around a place inside them, from without."""
        for length in range(len(mismatch.path) + 1):
            given, needed = part_at(self.given, mismatch.path[:length]), part_at(self.needed, mismatch.path[:length])
            if given is not None and needed is not None:
                yield given, needed

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
        return optionals([self._sides(one.path, in_place(one.needed)) for one in self.mismatches])

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
        if not fixes:
            is_given = mismatch.needed is unit
            payload = mismatch.given if is_given else mismatch.needed
            sides = self._sides(around.path, in_place(mismatch.needed))
            fixes = one_payload(sides, mismatch.path[-1], payload, given=is_given)
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
        pairs = misspelt(given, needed, mismatch.labels, self.store)
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
        title = fitting(
            f"{consumer} needs {kind} {fields}{self._at_name(mismatch)}, which {producer} does not give", short
        )
        had, fixes = self._last_had(mismatch)
        label = f"needs {wanted}{self._at(mismatch)}"
        fixes = self._versions(mismatch) or (*fixes, *self._bridges())
        sides = self._sides(mismatch.path, as_it_is)
        if sides.given is not None and isinstance(sides.given.node, syntax.RecordType) and sides.given.node.tail:
            sides = self._from_where(mismatch, sides)
        added, retyped = None if fixes else added_fields(sides, needed, mismatch.labels), self._retyped()
        if added is not None and (not retyped or (sides.given is not None and sides.given.owner is not None)):
            fixes = (added,)
        fixes = fixes or (() if retyped else self._substitutes())
        self._add(codes.FIELD_MISSING, title, label, (), (*fixes, *retyped)[:3], had)

    def _from_where(self, mismatch: Mismatch, sides: Sides) -> Sides:
        """The sides with the stage from which further fields come that the producer only hands on."""
        before = self.written.came_from((*mismatch.path, f".{mismatch.labels[0]}"), as_it_is, up=1)
        return next((one for one in before if one.given is not None and _is_closed(one.given.node)), sides)

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
            f"{consumer} needs the field `{wanted}`{self._at_name(mismatch)}, but {producer} gives `{there}`",
            f"{consumer} needs the field `{wanted}`, not `{there}`",
        )
        notes = [f"likewise `{two}` instead of `{one}`" for one, two in pairs[1:]]
        matched = {one for one, _ in pairs}
        notes += [f"and there is no `{label}`" for label in mismatch.labels if label not in matched]
        fixes = renames(self._sides(mismatch.path, renamed(pairs)), pairs)
        if len(fixes) < 2:
            fixes = (*fixes, *(fix for fix in self._renamed_before(mismatch.path, pairs) if fix not in fixes))
        near = frozenset(two for _, two in pairs)
        self._add(codes.FIELD_MISSPELT, title, f"needs `{wanted}`{self._at(mismatch)}", tuple(notes), fixes, near=near)

    def _renamed_before(self, path: tuple[str, ...], pairs: Sequence[tuple[str, str]]) -> tuple[Fix, ...]:
        """A fix at the stage from which the fields come, where the producer only passes them on."""
        for sides in self.written.came_from((*path, f".{pairs[0][1]}"), renamed(pairs), up=1):
            fix = renamed_output(sides, pairs)
            if fix is not None:
                return (fix,)
        return ()

    def _collision(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        given, needed = part_at(self.given, mismatch.path), part_at(self.needed, mismatch.path)
        if isinstance(given, Record) and isinstance(needed, Record):
            missing = tuple(label for label in needed.labels if label not in given.labels)
            pairs = [one for one in misspelt(given, needed, missing, self.store) if one[1] in mismatch.labels]
            if len(pairs) == len(mismatch.labels):
                self._misspelt(replace(mismatch, labels=tuple(one for one, _ in pairs)), pairs)
                return
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
        pairs = respelt(given, needed, mismatch.labels, self.store)
        sides = self._sides(mismatch.path, renamed(pairs))
        if len(pairs) == len(mismatch.labels):
            return renames(sides, pairs)
        added = added_constructors(sides, given, mismatch.labels)
        bridges, others = self._bridges(), (*(() if added is None else (added,)), *self._retyped())
        return (*(fix for fix in bridges if not (others and _drops(fix))), *others)[:3]

    def _infinite(self, mismatch: Mismatch) -> None:
        producer, consumer = self._who()
        code = codes.INFINITE_ROW if mismatch.kind == "infinite-row" else codes.INFINITE_TYPE
        title = f"{consumer} after {producer} would need a type that contains itself"
        self._add(code, fitting(title, "this would need a type that contains itself"), "no type is that")


def _is_closed(node: syntax.TypeExpr) -> bool:
    return isinstance(node, syntax.RecordType) and node.tail is None


def _drops(fix: Fix) -> bool:
    """Whether a fix puts a function before a stage that lets only some values pass."""
    return fix.title.split("`")[1].endswith("?")
