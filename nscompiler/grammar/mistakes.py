"""stub"""
from nscompiler.grammar.place import Places
from nscompiler.grammar.syntax import Expr
from nscompiler.grammar.text import BadEscape

class MistakeActions(Places):
    __slots__ = ()
    def bad_escapes(self, token: int, bad: tuple[BadEscape, ...]) -> None: pass
    def postfix_after_prefix(self, prefixed: Expr, mark: int) -> None: pass
    def number_too_large(self, token: int) -> None: pass
