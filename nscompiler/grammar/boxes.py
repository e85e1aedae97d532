"""Text with places where lines may end, and how it is fitted to a width.

A document is made of texts, of boxes, of breaks between them and of comments. A group is laid out on one line where
it fits, else each of its own breaks ends the line; the groups inside are then fitted in turn (Oppen 1980, Wadler 2003).
"""

from collections.abc import Iterable, Sequence
from enum import Enum

#: Columns that a line should not exceed.
WIDTH = 100
_TOO_WIDE = 1 << 30


class Break(Enum):
    """A place where a line may end: what stands there in a group on one line, and in one over several."""

    LINE = 1  # a space, or the line's end
    SOFT = 2  # nothing, or the line's end
    HARD = 3  # the line's end; the groups around it are never on one line
    FILL = 4  # a space; the line's end where what follows up to the next break does not fit
    PAD = 5  # nothing, or a space
    BLANK = 6  # nothing, or an empty line at the next line's end


LINE, SOFT, HARD, FILL, PAD, BLANK = Break


class Own:
    """A comment with lines of its own. ``column`` is where it stood: its further lines are moved along with it."""

    __slots__ = ("blank", "column", "text")

    def __init__(self, text: str, column: int = 0, blank: bool = False) -> None:
        self.text = text
        self.column = column
        self.blank = blank


class After:
    """A comment at the end of a line: nothing but a comma or a semicolon comes between it and what it follows."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Box:
    """Items in a row. The lines that start in it are indented further; a ``group`` is on one line where it fits."""

    __slots__ = ("ends_line", "group", "indent", "items", "width")

    def __init__(self, items: "Sequence[Document]", indent: int = 0, group: bool = False) -> None:
        self.items = items
        self.indent = indent
        self.group = group
        self.width, self.ends_line = _measured(items)


Document = str | Break | Box | Own | After


def group(*items: Document) -> Box:
    """What stands on one line where it fits."""
    return Box(items, 0, True)


def nest(*items: Document, by: int = 2) -> Box:
    """What is indented where it starts a line."""
    return Box(items, by)


def behind(document: Document) -> Document:
    """What follows a sign: on its line, or indented below where a comment stands above it."""
    return nest(HARD, document) if starts_with_comment(document) else Box([" ", document])


def starts_with_comment(document: Document) -> bool:
    """Whether a comment with lines of its own comes first."""
    while isinstance(document, Box):
        document = next((item for item in document.items if item), "")
    return isinstance(document, Own)


def parted(document: Document) -> tuple[list[Document], Document]:
    """The comments with lines of their own that come first, and the rest."""
    if not starts_with_comment(document):
        return [], document
    assert isinstance(document, Box)
    items = [item for item in document.items if item]
    count = next((n for n, item in enumerate(items) if not (isinstance(item, Own) or item is BLANK)), len(items))
    comments, rest = items[:count], items[count:]
    if rest:
        further, rest[0] = parted(rest[0])
        comments += further
    return comments, Box(rest, document.indent, document.group)


def signed(document: Document, sign: str) -> Document:
    """A document with a sign right behind it, before a comment that ends its line."""
    if isinstance(document, After):
        return Box([sign, document])
    if isinstance(document, Box) and document.ends_line:
        items = [item for item in document.items if item]
        return Box([*items[:-1], signed(items[-1], sign)], document.indent, document.group)
    return Box([document, sign])


def measure(items: "Iterable[Document]") -> int:
    """How many columns documents take on one line; more than any line has where they cannot stand on one."""
    return _measured(items)[0]


def _measured(items: "Iterable[Document]") -> tuple[int, bool]:
    """How many columns documents take, and whether a comment at the end of the line comes last."""
    width, ended = 0, False
    for item in items:
        if isinstance(item, str):
            if ended and item and item not in (",", ";"):
                return _TOO_WIDE, False
            width += len(item) if "\n" not in item else _TOO_WIDE
        elif isinstance(item, Box):
            if ended and item.width:
                return _TOO_WIDE, False
            width += item.width
            ended = item.ends_line or ended
        elif item is LINE or item is FILL:
            width += 1
        elif isinstance(item, After):
            width += _TOO_WIDE if ended else 0
            ended = True
        elif item is HARD or isinstance(item, Own):
            width += _TOO_WIDE
    return width, ended


def joined(items: "Iterable[Document]", *between: Document) -> "list[Document]":
    """Documents with others between each two."""
    found: list[Document] = []
    for item in items:
        if found:
            found += between
        found.append(item)
    return found


def render(document: Document, width: int = WIDTH) -> str:
    """A document as text, without a line end at its end."""
    return _Renderer(width).render(document)


class _Renderer:
    """One text that grows. A line's end is kept back until the next text, so that two of them in a row are one."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._written: list[str] = []
        self._column = 0
        # The indentation of the line that the next text starts; -1 where it does not start one.
        self._pending = -1
        self._blank = False
        # Whether a bracket or an equals sign was written last: no empty line follows it.
        self._opened = True
        self._after = ""
        self._stack: list[tuple[Document, int, bool]] = []

    def render(self, document: Document) -> str:
        stack = self._stack
        stack.append((document, 0, False))
        while stack:
            item, indent, flat = stack.pop()
            if isinstance(item, str):
                self._write(item, indent)
            elif isinstance(item, Box):
                flat = flat or (item.group and self._fits(item.width))
                indent += item.indent
                stack.extend([(inner, indent, flat) for inner in reversed(item.items)])
            elif isinstance(item, Break):
                self._break(item, indent, flat)
            elif isinstance(item, After) and not self._after:
                self._after = item.text
            elif isinstance(item, After):
                self._write_own(Own(item.text), indent)  # behind another it would be part of that
            else:
                self._write_own(item, indent)
        return "".join(self._written) + (f" {self._after}" if self._after else "")

    def _break(self, item: Break, indent: int, flat: bool) -> None:
        if item is HARD:
            self._pending = indent
        elif item is BLANK:
            self._blank = self._blank or not flat
        elif item is PAD:
            self._write("" if flat else " ", indent)
        elif self._after:
            self._pending = indent
        elif flat or (item is FILL and self._fits(1)):
            self._write("" if item is SOFT else " ", indent)
        else:
            self._pending = indent

    def _fits(self, width: int) -> bool:
        """Whether so many columns more, and what follows up to the next possible line end, have room."""
        room = self._width - width - (self._column if self._pending < 0 else self._pending)
        return room >= 0 and self._room_for_rest(room)

    def _room_for_rest(self, room: int) -> bool:
        waiting: list[tuple[Document, bool]] = []
        for outer, _, outer_flat in reversed(self._stack):
            waiting.append((outer, outer_flat))
            while waiting:
                item, flat = waiting.pop()
                if isinstance(item, str):
                    room -= len(item.partition("\n")[0])
                    if room < 0 or "\n" in item:
                        return room >= 0
                elif isinstance(item, Box) and flat:
                    room -= item.width
                elif isinstance(item, Box):
                    waiting += [(inner, False) for inner in reversed(item.items)]
                elif isinstance(item, (Own, After)) or item is HARD:
                    return True
                elif item is LINE or item is SOFT or item is FILL:
                    if not flat:
                        return True
                    room -= item is not SOFT
                if room < 0:
                    return False
        return True

    def _write(self, text: str, indent: int) -> None:
        if not text or (text == " " and (self._after or self._pending >= 0)):
            return
        if self._after:
            if text in (",", ";"):
                self._written.append(text)
                return
            self._written[-1] = self._written[-1].rstrip(" ")
            self._written.append(f" {self._after}")
            self._after, self._opened = "", False
            self._pending = indent + 2 if self._pending < 0 else self._pending
        if self._pending >= 0:
            self._end_line()
            text = text.lstrip(" ")
        self._written.append(text)
        self._opened = text[-1] in "{([="
        if "\n" in text:
            self._column = len(text) - text.rfind("\n") - 1
        else:
            self._column += len(text)

    def _end_line(self) -> None:
        written = self._written
        if written:
            written[-1] = written[-1].rstrip(" ")
            written.append("\n\n" if self._blank and not self._opened else "\n")
        written.append(" " * self._pending)
        self._column = self._pending
        self._pending = -1
        self._blank = False

    def _write_own(self, comment: Own, indent: int) -> None:
        self._pending = indent
        self._blank = self._blank or comment.blank
        first, *further = comment.text.split("\n")
        moved = [_moved(line, comment.column, indent) for line in further]
        self._write("\n".join([first, *moved]), indent)
        self._pending, self._opened = indent, False


def _moved(line: str, before: int, now: int) -> str:
    """A further line of a comment that stood in one column and now stands in another."""
    rest = line.lstrip(" \t")
    return " " * (now + max(len(line) - len(rest) - before, 0)) + rest if rest else ""
