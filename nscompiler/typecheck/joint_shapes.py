"""What is said of a joint where a list or an optional meets one value: the sign, or the stage, that is missing."""

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Fix
from nscompiler.grammar import syntax
from nscompiler.typecheck.explain import (
    an,
    fitting,
    postfix,
    without,
)
from nscompiler.typecheck.joint_message import JointMessage
from nscompiler.types.types import Type


class ShapeMessage(JointMessage):
    """The message on a joint at which a list or an optional stands on one side alone."""

    def adds_shape(self) -> bool:
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
        """The signs behind what gives too much; in a branch alone where others take just what is given."""
        if not self.in_branch or not self.shared:
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
