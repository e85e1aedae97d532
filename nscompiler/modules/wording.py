"""Fitting names and paths into the 80 columns of a diagnostic's title."""

_COLUMNS = 80


def titled(template: str, *names: str) -> str:
    """The template with its ``{}`` filled by names, the longest ones shortened until all fits 80 columns.

    Names are shortened in the middle, since the ends of a path or a reference say most.
    """
    first, *following = template.split("{}")
    room = _COLUMNS - len(first) - sum(map(len, following))
    widths = [len(name) for name in names]
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    filled = zip(names, widths, following, strict=True)
    return first + "".join(shortened(name, width) + text for name, width, text in filled)


def shortened(name: str, width: int) -> str:
    """The name in at most ``width`` columns, its middle left out, line ends shown as spaces."""
    line = " ".join(name.split("\n"))
    if len(line) <= width:
        return line
    tail = width // 2
    return f"{line[: width - tail - 1]}…{line[len(line) - tail :]}"


def listed(names: tuple[str, ...], limit: int = 5) -> str:
    """Names with commas between them; of many, the first ones and how many more there are."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
