"""CSV as text (RFC 4180): cells in a row, rows in a file. Knows nothing of types.

A row is handled as a list of cells. Lines may end in LF or CRLF; a quoted cell may hold either. A quote or a lone CR
inside an unquoted cell, and text after a closing quote, are errors: guessing there would shift columns in silence.
"""

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from nstack.runtime.errors import NStackError

BYTE_ORDER_MARK = "\ufeff"
_LONGEST = 40


class CsvFault(NStackError):
    """Text that is no CSV, or a row that does not fit its header or type. ``str`` of it says what was expected and
    what was found; the caller knows file and line."""


class QuotedEmpty(str):
    """The cell ``""``: empty, but there."""

    __slots__ = ()


QUOTED_EMPTY = QuotedEmpty("")


def separator(text: str) -> str:
    """The parameter ``csv_sep``, checked; raises CsvFault."""
    if len(text) != 1 or text in '"\r\n':
        raise CsvFault(f"csv_sep must be one character, and neither a quote nor a line end; got {text!r}")
    return text


def quoter(sep: str) -> Callable[[str], str]:
    """A function that writes one cell, in quotes where it needs them."""
    special = re.compile(f'[{re.escape(sep)}"\r\n]').search

    def quote(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if special(cell) else cell

    return quote


def split_row(row: str, sep: str) -> list[str]:
    """The cells of one row without its line end; an empty row has one empty cell. Raises CsvFault."""
    if '"' not in row and "\r" not in row:
        return row.split(sep)
    cells: list[str] = []
    at = 0
    while True:
        cell, at = _quoted(row, at, sep) if row.startswith('"', at) else _plain(row, at, sep)
        cells.append(cell)
        if at >= len(row):
            return cells
        at += 1


def _plain(row: str, at: int, sep: str) -> tuple[str, int]:
    end = row.find(sep, at)
    if end < 0:
        end = len(row)
    cell = row[at:end]
    if '"' in cell:
        raise CsvFault(_quote_inside(cell))
    if "\r" in cell:
        raise CsvFault(return_inside(cell))
    return cell, end


def return_inside(cell: str) -> str:
    """What is wrong with an unquoted cell that has a carriage return in it."""
    end = cell.index("\r")
    found = shorten(cell[max(0, end - 15) : end + 15])
    return (
        f"a carriage return stands inside of a cell that is not in quotes: {found}; a row ends in LF or CRLF: "
        "if these are line ends, tr '\\r' '\\n' makes them such"
    )


def _quote_inside(cell: str) -> str:
    """What is wrong with an unquoted cell that has a quote in it, and how it is written if that is not too long."""
    mended = '"' + cell.replace('"', '""') + '"'
    remedy = f"write {mended}" if len(mended) <= _LONGEST else "write it in quotes, and each quote inside twice"
    return f"a quote stands inside of a cell that is not in quotes: {cut(cell)}; {remedy}"


def _quoted(row: str, at: int, sep: str) -> tuple[str, int]:
    end = at + 1
    while True:
        end = row.find('"', end)
        if end < 0:
            raise CsvFault("a quote is opened and never closed")
        if not row.startswith('"', end + 1):
            break
        end += 2
    cell = row[at + 1 : end].replace('""', '"')
    end += 1
    if end < len(row) and row[end] != sep:
        found = shorten(row[end : end + 10])
        raise CsvFault(f"{found} follows the closing quote of a cell, where {sep!r} or the line's end must")
    return cell or QUOTED_EMPTY, end


def cut(text: str) -> str:
    """``text`` for a message: not too long, and on one line."""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return shown.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def shorten(text: str) -> str:
    """The same in double quotes."""
    return f'"{cut(text)}"'


def strip_end(row: str) -> str:
    """A row without the one line end that may follow it."""
    if row.endswith("\n"):
        row = row[:-1]
    return row.removesuffix("\r")


def stays_open(line: str, sep: str, inside: bool) -> bool:
    """Whether a line ends within a cell in quotes; ``inside``: it starts within one.

    A quote opens a cell only where the cell begins. Where a quote is misplaced the row ends with the line, so that the
    fault is that row's alone.
    """
    at = 0
    while True:
        if not inside:
            if not line.startswith('"', at):
                end = line.find(sep, at)
                if end < 0 or '"' in line[at:end]:
                    return False
                at = end + 1
                continue
            at += 1
        at = line.find('"', at)
        while at >= 0 and line.startswith('""', at):
            at = line.find('"', at + 2)
        if at < 0:
            return True
        if not line.startswith(sep, at + 1):
            return False
        inside, at = False, at + 2


class LineRules(Protocol):
    """Where the rows of a dialect end that is not the usual one."""

    def has_quotes(self, line: str) -> bool:
        """Whether a text needs a closer look."""

    def after_line(self, line: str, state: int) -> int:
        """0 where the row ends with the line, else what the next line is told."""


class RowScanner:
    """Cuts blocks of bytes into rows, each with the number of the line it starts on. ``sep`` separates the cells;
    ``rules`` are those of a dialect with other quotes than ``"``.

    ``offset`` is the number of bytes up to the end of the last row handed out, so a reader may start again there with
    ``next_line`` as first line number. Bytes that are no UTF-8 come out as lone surrogates, and ``damaged`` is set.
    Raises CsvFault (``fault_line`` is then the line).
    """

    __slots__ = (
        "_held",
        "_held_size",
        "_open",
        "_open_line",
        "_open_size",
        "damaged",
        "fault_line",
        "line",
        "max_line",
        "offset",
        "rules",
        "sep",
        "state",
    )

    def __init__(
        self, max_line: int, offset: int = 0, line: int = 1, *, sep: str, rules: LineRules | None = None
    ) -> None:
        self.rules = rules
        self.state = 0
        self.max_line = max_line
        self.sep = sep
        self.offset = offset
        self.line = line
        self.fault_line = line
        self.damaged = False
        self._held: list[bytes] = []
        self._held_size = 0
        self._open: list[str] = []
        self._open_line = 0
        self._open_size = 0

    def feed(self, block: bytes) -> list[tuple[int, str]]:
        """The rows that end within ``block``."""
        cut = block.rfind(b"\n") + 1
        if not cut:
            self._hold(block)
            return []
        whole = b"".join((*self._held, block[:cut]))
        self._held, self._held_size = [], 0
        rows = self._rows(whole)
        self._hold(block[cut:])
        return rows

    @property
    def next_line(self) -> int:
        """The line on which the next row starts."""
        return self._open_line if self._open else self.line

    def finish(self) -> list[tuple[int, str]]:
        """The row that the file's end ends, if there is one."""
        rows = self._rows(b"".join(self._held)) if self._held_size else []
        self._held, self._held_size = [], 0
        if self._open:
            self.fault_line = self._open_line
            escaped = self.rules is not None and self.state == 2
            raise CsvFault("the file ends behind an escape" if escaped else "a quote is opened and never closed")
        return rows

    def _hold(self, rest: bytes) -> None:
        if rest:
            self._held.append(rest)
            self._held_size += len(rest)
            self._check_size(self._held_size + self._open_size, rest)

    def _check_size(self, size: int, rest: bytes = b"") -> None:
        if size > self.max_line:
            self.fault_line = self.next_line
            told = ": it has carriage returns in it, and a row ends in LF or CRLF" if b"\r" in rest else ""
            raise CsvFault(f"a row of more than max_line = {self.max_line} bytes{told}")

    def _rows(self, whole: bytes) -> list[tuple[int, str]]:
        text = self._decode(whole)
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        marked = '"' in text if self.rules is None else self.rules.has_quotes(text)
        if not self._open and not marked and len(whole) <= self.max_line:
            rows = [(number, line.removesuffix("\r")) for number, line in enumerate(lines, self.line)]
            self.line += len(lines)
            self.offset += len(whole)
            return rows
        return list(self._join(lines, whole.endswith(b"\n")))

    def _join(self, lines: list[str], ended: bool) -> Iterable[tuple[int, str]]:
        """Rows from lines, several where a cell in quotes holds a line end."""
        last = len(lines) - 1
        for index, line in enumerate(lines):
            size = len(line.encode(errors="surrogateescape")) + (ended or index < last)
            if not self._open:
                self._open_line, self._open_size = self.line, 0
            self.line += 1
            self._open_size += size
            self._check_size(self._open_size)
            if self._goes_on(line):
                self._open.append(line)
                continue
            row = "\n".join((*self._open, line)) if self._open else line
            self.offset += self._open_size
            self._open, self._open_size = [], 0
            yield self._open_line, row.removesuffix("\r")

    def _goes_on(self, line: str) -> bool:
        """Whether the row does not end with this line."""
        if self.rules is not None:
            self.state = self.rules.after_line(line, self.state)
            return self.state > 0
        quotes = line.count('"')
        if not quotes:
            return bool(self._open)
        # Cells that are closed have an even number of quotes between them.
        return (bool(self._open) or quotes % 2 == 1) and stays_open(line, self.sep, bool(self._open))

    def _decode(self, whole: bytes) -> str:
        try:
            return whole.decode()
        except UnicodeDecodeError:
            self.damaged = True
            return whole.decode(errors="surrogateescape")
