"""How CSV is written where it is not RFC 4180: other quotes or none, an escape character, a text for what is missing.

Rows in the usual dialect, a quote that is doubled inside of quotes and nothing else, are cut by the faster functions of
``csvtext``; the ones here read every dialect.
"""

import re
from collections.abc import Callable

from nstack.connectors.csvtext import QUOTED_EMPTY, CsvFault, cut, quoter, return_inside, separator, shorten, split_row
from nstack.runtime.errors import EncodeError


class Missing(str):
    """A cell that is the dialect's text for a missing value, and not in quotes."""

    __slots__ = ()


class Dialect:
    """``sep`` stands between cells, ``quote`` around those that need it (or nothing does), ``escape`` before a
    character that means itself, ``null`` for a missing value. Raises CsvFault where they cannot be told apart.

    ``split`` gives a row's cells, ``after_line`` whether a line ends within one; ``quote_cell`` writes one.
    """

    __slots__ = ("escape", "null", "quote", "quote_cell", "sep", "split", "usual")

    def __init__(self, sep: str, quote: str = '"', escape: str = "", null: str = "") -> None:
        self.sep = separator(sep) if quote == '"' else _one(sep, "csv_sep", "")
        self.quote = _one(quote, "csv_quote", sep) if quote else ""
        # A quote that escapes itself is the usual doubling.
        self.escape = "" if escape == quote else _one(escape, "csv_escape", sep) if escape else ""
        if any(character in null for character in "\r\n"):
            raise CsvFault("csv_null must not have a line end in it")
        if found := [name for name, one in (("csv_sep", sep), ("csv_quote", self.quote)) if one and one in null]:
            raise CsvFault(f"csv_null = {null!r} has {found[0]} in it, so no cell can be that")
        self.null = null
        self.usual = self.quote == '"' and not self.escape
        self.split: Callable[[str], list[str]] = self._split_usual if self.usual else self._split
        if self.usual and not null:
            # One call for each row of most files.
            self.split = lambda row: split_row(row, sep) if '"' in row or "\r" in row else row.split(sep)
        self.quote_cell: Callable[[str], str] = quoter(sep) if self.usual else self._quote_cell
        if null:
            plain = self.quote_cell
            self.quote_cell = lambda cell: self.quoted(cell) if cell == null else plain(cell)

    # --- reading

    def _split_usual(self, row: str) -> list[str]:
        if '"' not in row and "\r" not in row:
            return [Missing(cell) if cell == self.null else cell for cell in row.split(self.sep)]
        return self._split(row)

    def _split(self, row: str) -> list[str]:
        cells: list[str] = []
        at = 0
        while True:
            inside = bool(self.quote) and row.startswith(self.quote, at)
            cell, at = self._in_quotes(row, at + 1) if inside else self._plain(row, at)
            cells.append(cell)
            if at >= len(row):
                return cells
            at += 1

    def _plain(self, row: str, at: int) -> tuple[str, int]:
        start = at
        parts: list[str] = []
        while at < len(row) and row[at] != self.sep:
            if row[at] == self.quote:
                raise CsvFault(f"a quote stands inside of a cell that is not in quotes: {cut(row[start : at + 20])}")
            if row[at] == self.escape:
                at += 1
                if at == len(row):
                    raise CsvFault("the row ends behind the escape character")
            elif row[at] == "\r":
                raise CsvFault(return_inside(row[start : at + 20]))
            parts.append(row[at])
            at += 1
        raw = row[start:at]
        return (Missing(raw) if self.null and raw == self.null else "".join(parts)), at

    def _in_quotes(self, row: str, at: int) -> tuple[str, int]:
        parts: list[str] = []
        while at < len(row):
            character = row[at]
            if character == self.escape and at + 1 < len(row):
                at += 1
                character = row[at]
            elif character == self.quote:
                if not row.startswith(self.quote, at + 1):
                    return self._closed("".join(parts), row, at + 1)
                at += 1
            parts.append(character)
            at += 1
        raise CsvFault("a quote is opened and never closed")

    def _closed(self, cell: str, row: str, at: int) -> tuple[str, int]:
        if at < len(row) and row[at] != self.sep:
            found = shorten(row[at : at + 10])
            raise CsvFault(f"{found} follows the closing quote of a cell, where {self.sep!r} or the line's end must")
        return cell or QUOTED_EMPTY, at

    def after_line(self, line: str, state: int) -> int:
        """Where a row is at the end of a line: 0 at its own end, 1 within quotes, 2 behind an escape; ``state`` says
        the same of the line's beginning."""
        at, begins, inside = 0, state == 0, state == 1
        while at < len(line):
            character = line[at]
            at += 1
            if self.escape and character == self.escape:
                if at == len(line.removesuffix("\r")):
                    return 1 if inside else 2  # the line's end belongs to the cell
                at += 1
                begins = False
            elif inside:
                if character == self.quote:
                    if line.startswith(self.quote, at):
                        at += 1
                    else:
                        inside = False
            elif begins and self.quote and character == self.quote:
                inside = True
            else:
                begins = character == self.sep
        return int(inside)

    def has_quotes(self, line: str) -> bool:
        """Whether a line needs a closer look: most have neither quotes nor escapes."""
        return bool((self.quote and self.quote in line) or (self.escape and self.escape in line))

    # --- writing

    def _quote_cell(self, cell: str) -> str:
        special = {self.sep, "\r", "\n", self.quote, self.escape} - {""}
        if not any(character in special for character in cell):
            return cell
        if self.quote:
            return self.quoted(cell)
        if not self.escape:
            raise EncodeError("cell", "text without separators and line ends, since csv_quote is empty", shorten(cell))
        return re.sub(f"[{''.join(map(re.escape, sorted(special)))}]", lambda found: self.escape + found.group(), cell)

    def quoted(self, cell: str) -> str:
        """A cell in quotes, whatever is in it. Raises EncodeError where there are none."""
        if not self.quote and self.escape and cell:
            return self.escape + cell[0] + self._quote_cell(cell[1:])
        if not self.quote:
            told = f"a text that is neither empty nor csv_null = {self.null!r}, since csv_quote is empty"
            raise EncodeError("cell", told, shorten(cell))
        if self.escape:
            cell = cell.replace(self.escape, self.escape * 2).replace(self.quote, self.escape + self.quote)
        else:
            cell = cell.replace(self.quote, self.quote * 2)
        return self.quote + cell + self.quote


def _one(text: str, name: str, other: str) -> str:
    if len(text) != 1 or text in "\r\n":
        raise CsvFault(f"{name} must be one character, and no line end; got {text!r}")
    if text == other:
        raise CsvFault(f"{name} = {text!r} is the separator or quote already")
    return text
