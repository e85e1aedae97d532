"""What is said about a joint that does not hold: who gives what to whom, and how the flow came there."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
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
    written,
    written_as,
)
from nscompiler.typecheck.facts import Refusal, UseFact
from nscompiler.typecheck.fits import Mismatch, would_fit
from nscompiler.typecheck.near_parts import misspelt, respelt
from nscompiler.typecheck.other_branches import Change, as_it_is, in_place, renamed
from nscompiler.typecheck.other_versions import in_one_version
from nscompiler.typecheck.renames import (
    Sides,
    added_constructors,
    added_fields,
    alike,
    of_one_type,
    opened,
    optionals,
    renamed_output,
    renames,
    retyped,
    written_on,
)
from nscompiler.typecheck.scope import TITLE_WIDTH, Scope
from nscompiler.typecheck.twice import found_twice, part_at, shown_path, told
from nscompiler.typecheck.unify import Store
from nscompiler.typecheck.written_sides import WrittenSides
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import Names, difference_and_rest, lone_tails, show
from nscompiler.types.types import App, Record, Scalar, Sum, Type

# How many fields one label names.
MOST_FIELDS = 12
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
        self.written = WrittenSides(scope, store, uses, joint)

    def add(self) -> None:
        """Put it among the scope's problems, as one diagnostic."""
        inside = self._misspelt_in_def()
        if inside is not None:
            at = inside.scope.span(inside.consumer)
            if all(one.primary.span != at for one in self.scope.problems):  # else told of at another use of the def
                inside.add()
        elif not self._as_shape():
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
        if twice is None and not self.in_branch:
            self._note_refusals(self.mismatches[0])

    def _note_refusals(self, mismatch: Mismatch) -> None:
        """Keep where the two types are declared: other functions may refuse the same there."""
        given, needed = mismatch.given, mismatch.needed
        if mismatch.kind != "type" or len(self.mismatches) > 1 or not (given.ground and needed.ground):
            return
        sides = self._sides(mismatch.path, in_place(needed))
        gives, takes = (f"{one.module}.{one.name}" if one else "" for one in (sides.producer, sides.consumer))
        if not gives or not takes or gives == takes:
            return
        at = bisect_right(self.scope.module.declarations, self.consumer.start, key=lambda decl: decl.end)
        output, input = written_on(sides, given, needed)
        found = [Refusal(place, False, takes, at, needed, fix) for place, fix in output]
        found += [Refusal(place, True, gives, at, given, fix) for place, fix in input]
        self.scope.refusals[self.scope.span(self.consumer)] = found

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

    def _sides(self, path: tuple[str, ...], change: Change | None = None) -> Sides:
        return self.written.sides(path, change)

    def _function(self, use: syntax.Expr) -> FunctionInterface | None:
        return self.written.function(use)

    def _retyped(self) -> tuple[Fix, ...]:
        """What could stand in the `<…>` of either side instead."""
        parts = [(self._sides(one.path, in_place(one.needed)), one.given, one.needed) for one in self.mismatches]
        return retyped(self._sides((), in_place(self.needed)), parts, self.given, self.needed)

    def _bridges(self) -> tuple[Fix, ...]:
        """Functions in scope that make of what is given what is needed."""
        target = self._target(self.consumer)
        sink = target is not None and target.kind == "sink"
        found = self._new(bridges(self.scope, self.store, self.given, self.needed, sink))
        producer, consumer = self._who()
        if not found:
            return self._bridges_of_items()
        return tuple(
            Fix(f"put `{text}` between {producer} and {consumer}", self._between(text), Applicability.MAYBE_INCORRECT)
            for text in found
        )

    def _new(self, found: tuple[str, ...]) -> tuple[str, ...]:
        """Those functions that the flow has not gone through yet, and that do not undo what was just done."""
        uses = {written(one) for stage in self.stages[:-1] if isinstance(one := last_of(stage), syntax.Use)}
        last = last_of(self.left)
        if isinstance(last, syntax.Use) and written(last).startswith("Conv."):
            uses |= {"Conv.from_json", "Conv.to_json"}
        return tuple(text for text in found if text.rstrip("*?") not in uses)

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
            target = self._function(expr)
            if target is not None and all(label.span != target.span for label in labels):  # `f | f` has one
                labels.append(Label(target.span, f"{name_of(expr)} is declared here", Role.DECLARATION))
        asks = self.written.asks(self.mismatches[0].path)
        if asks is not None:
            needs = f"{name_of(first_of(asks))} needs it, in {name_of(self.consumer)}"
            labels.append(Label(self.scope.span(first_of(asks)), needs, Role.CONSUMER))
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
        bridges, retyped = self._bridges(), self._optional_fixes(code) or self._retyped()
        kept = [fix for fix in bridges if not _drops(fix)]
        fixes = self._versions(mismatch) or (*kept, *retyped) or self._declared_so(mismatch) or bridges
        self._add(code, title, label, tuple(notes), fixes[:3])

    def _declared_so(self, mismatch: Mismatch) -> tuple[Fix, ...]:
        """Where one type inside is another on the other side, the declarations of either side that would agree."""
        given, needed = mismatch.given, mismatch.needed
        if len(self.mismatches) > 1 or not (mismatch.path or alike(given, needed)):
            return ()
        if found_twice(self.store, self.given, self.needed, self.mismatches[0]) is not None:
            return ()
        change = in_place(needed)
        fixes = of_one_type(self._sides(mismatch.path, change), given, needed)
        before = self.written.came_from(mismatch.path, change) if len(fixes) < 2 else ()
        more = (fix for sides in before for fix in of_one_type(sides, given, needed, last=True) if fix not in fixes)
        return (*fixes, *islice(more, 1))

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


def _is_prefixed(expr: syntax.Expr) -> bool:
    return isinstance(expr, syntax.Concat | syntax.Filter) and expr.prefix


def _is_closed(node: syntax.TypeExpr) -> bool:
    return isinstance(node, syntax.RecordType) and node.tail is None


def _drops(fix: Fix) -> bool:
    """Whether a fix puts a function before a stage that lets only some values pass."""
    return fix.title.split("`")[1].endswith("?")
