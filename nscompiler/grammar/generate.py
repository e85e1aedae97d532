"""nml.lark → plain data that parse.py's loop runs. Nothing else here imports lark, and lark is only imported here.

The module stands alone (no import of ours), because the build hook loads it by its path while the package and what it
needs are not installed yet.

The tables are a dictionary of plain data (see ``generate``). A symbol is a number: terminals first, then the bad
tokens that only the lexer knows, then the rules' left sides. In a row an entry below zero is "reduce by rule ``~n``",
anything else "shift to, or after a reduction go to, state n".
"""

import re
from typing import Any

from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef
from lark.parsers.lalr_analysis import Shift

END = "$END"
_NAME, _SMALL = "NAME", "LNAME"
_SOFT = "HOLE"
# Most words, found faster than by the patterns of NAME and UNAME, which take them too.
_ASCII_WORD = r"[A-Za-z_][A-Za-z0-9_']*+(?!\w)"

#: What the lexer makes of text that is no token, tried in this order after all terminals; the last takes anything.
BAD = (
    ("OPEN_COMMENT", r"/\*"),
    ("BAD_NUMBER", r"-?[0-9][\w']*+(?:\.[0-9][\w']*+)?"),
    ("OPEN_LONG_TEXT", r'"""[\s\S]*+'),
    ("OPEN_TEXT", r'"(?:[^"\\\n\r \t,;|)}\]]|\\[^\n\r]|[ \t,;|)}\]]++(?![\r\n]|\Z))*+'),
    ("WRONG_QUOTES", r"'[^'\"\n\r]*+'|[‘’‚‛][^‘’\"\n\r]*+[‘’]|[“”„‟][^“”\"\n\r]*+[“”]"),
    ("WRONG_COMMENT", r"#[^\n\r]*+|--(?=[\s-])[^\n\r]*+"),
    ("SHELL_VARIABLE", r"\$\{[A-Za-z_][A-Za-z0-9_]*+\}"),
    ("CONTROL", r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]+"),
    ("STRAY", r"[^\s\w\"'‘’‚‛“”„‟{}()\[\]<>|&*?=:;,.@/$#\x00-\x1f\x7f-\x9f-]+|[\s\S]"),
)


def plain_lark(grammar: str) -> Lark:
    """The grammar in lark itself: what the tables come from, and what the tests compare them with."""
    return Lark(grammar, parser="lalr", lexer="contextual", keep_all_tokens=True, maybe_placeholders=False)


def action_of(rule: Rule) -> str | None:
    """The builder's method for a rule; None where its one part is passed on."""
    if rule.alias:
        return str(rule.alias)
    if rule.options.expand1 and len(rule.expansion) == 1:
        return None
    return str(rule.origin.name)


def generate(grammar: str) -> dict[str, Any]:
    """The tables of a grammar.

    ``terminals``: names by number, bad tokens included; ``literals``: fixed token text → number; ``token``: one regex
    with two groups, what is ignored before a token and the token; ``classify``: a regex whose group numbers (less one,
    through ``groups``) tell the kind of a token that is no literal; ``reference``: the regex of a module reference;
    ``rows``: a dictionary by symbol for each state; ``rules``: (left side, length, action or None);
    ``nonterminals``: names by number, from ``len(terminals)``; ``start`` and ``accept``: states.
    """
    lark = plain_lark(grammar)
    table = lark.parser.parser._parse_table
    order = _order_of_states(table)
    ignored = [terminal for terminal in lark.terminals if terminal.name in lark.ignore_tokens]
    terminals = [terminal for terminal in lark.terminals if terminal.name not in lark.ignore_tokens]
    names = [str(terminal.name) for terminal in terminals] + [END] + [name for name, _ in BAD]
    numbers = {name: number for number, name in enumerate(names)}
    rules = _number_rules(lark.rules, numbers)
    rows = [_row(table.states[state], numbers, rules, order) for state in order]
    _let_names_be_keywords(rows, numbers, terminals)
    _fold_units(rows, [(numbers[rule.origin.name], len(rule.expansion), action_of(rule)) for rule in rules])
    return {
        "terminals": names,
        "literals": {"": numbers[END]} | {str(t.pattern.value): numbers[t.name] for t in terminals if _is_fixed(t)},
        "rows": rows,
        "rules": [(numbers[rule.origin.name], len(rule.expansion), action_of(rule)) for rule in rules],
        "nonterminals": [str(name) for name in numbers if numbers[name] >= len(names)],
        "start": order[table.start_states["start"]],
        "accept": order[table.end_states["start"]],
        **_lexing(terminals, ignored, numbers),
    }


def _is_fixed(terminal: TerminalDef) -> bool:
    return bool(terminal.pattern.type == "str")


def _number_rules(rules: list[Rule], numbers: dict[str, int]) -> list[Rule]:
    """The rules in their order; their left sides are given numbers above those of the terminals."""
    ordered = sorted(rules, key=lambda rule: (rule.origin.name, rule.order, [part.name for part in rule.expansion]))
    for rule in ordered:
        numbers.setdefault(rule.origin.name, len(numbers))
    return ordered


def _order_of_states(table: Any) -> dict[int, int]:
    """State → number: lark numbers them differently each time, we as they are reached."""
    waiting = [table.start_states["start"]]
    order: dict[int, int] = {}
    for state in waiting:
        if state not in order:
            order[state] = len(order)
            entries = sorted(table.states[state].items())
            waiting += [argument for _, (action, argument) in entries if action is Shift]
    return order


def _row(
    entries: dict[str, tuple[Any, Any]], numbers: dict[str, int], rules: list[Rule], order: dict[int, int]
) -> dict[int, int]:
    index = {id(rule): number for number, rule in enumerate(rules)}
    equal = {rule: number for number, rule in enumerate(rules)}
    row = {}
    for symbol, (action, argument) in sorted(entries.items()):
        if action is Shift:
            row[numbers[symbol]] = order[argument]
        else:
            row[numbers[symbol]] = ~index.get(id(argument), equal[argument])
    return row


def _let_names_be_keywords(rows: list[dict[int, int]], numbers: dict[str, int], terminals: list[TerminalDef]) -> None:
    """Where NAME may stand, so may any word of small letters: the contextual lexer, folded into the tables."""
    name = numbers[_NAME]
    words = [numbers[t.name] for t in terminals if _is_fixed(t) and t.pattern.value.isidentifier()]
    for row in rows:
        if name in row:
            action = row.pop(name)
            for word in [numbers[_SMALL], numbers[_SOFT], *words]:
                row.setdefault(word, action)


def _fold_units(rows: list[dict[int, int]], rules: list[tuple[int, int, str | None]]) -> None:
    """Skip states that can only pass their one part on: who would go there goes where they lead."""
    passing = {}
    for state, row in enumerate(rows):
        actions = set(row.values())
        if len(actions) == 1 and (action := actions.pop()) < 0 and rules[~action][1:] == (1, None):
            passing[state] = rules[~action][0]
    changed = True
    while changed:
        changed = False
        for row in rows:
            for symbol, target in row.items():
                if target in passing:
                    row[symbol] = row[passing[target]]
                    changed = True


def _lexing(terminals: list[TerminalDef], ignored: list[TerminalDef], numbers: dict[str, int]) -> dict[str, Any]:
    ordered = sorted((t for t in terminals if t.name != "REFERENCE"), key=_lark_order)
    kinds = [(t.name, t.pattern.to_regexp()) for t in ordered if not _is_fixed(t) and t.name != _NAME]
    kinds += BAD
    blank = next(t.pattern.to_regexp() for t in ignored if t.name == "WHITE_SPACE").removesuffix("+") + "*+"
    others = "|".join(t.pattern.to_regexp() for t in sorted(ignored, key=_lark_order) if t.name != "WHITE_SPACE")
    return {
        "token": rf"({blank}(?:(?:{others}){blank})*+)({_token_pattern(ordered)}|\Z)",
        "classify": "|".join(f"({pattern})" for _, pattern in kinds),
        "groups": [-1] + [numbers[name] for name, _ in kinds],
        "reference": next(t.pattern.to_regexp() for t in terminals if t.name == "REFERENCE"),
    }


def _token_pattern(terminals: list[TerminalDef]) -> str:
    """Any token: words first, since they are most (which kind is told later), then signs, those of one character as
    one set.
    """
    words = [_ASCII_WORD] + [t.pattern.to_regexp() for t in terminals if t.name in (_NAME, "UNAME")]
    fixed = [str(t.pattern.value) for t in terminals if _is_fixed(t) and not t.pattern.value.isidentifier()]
    single = "".join(re.escape(sign) for sign in sorted(fixed) if len(sign) == 1)
    signs = [*(re.escape(sign) for sign in fixed if len(sign) > 1), f"[{single}]"]
    others = [t.pattern.to_regexp() for t in terminals if not _is_fixed(t) and t.name not in (_NAME, _SMALL, "UNAME")]
    return "|".join(words + signs + others + [pattern for _, pattern in BAD])


def _lark_order(terminal: TerminalDef) -> tuple[int, int, int, str]:
    """The order in which lark's lexer tries the terminals."""
    pattern = terminal.pattern
    return (-terminal.priority, -pattern.max_width, -len(pattern.value), terminal.name)


__all__ = ["BAD", "END", "action_of", "generate", "plain_lark"]
