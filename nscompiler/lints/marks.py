"""Whether a text can hold a comment that ignores warnings, or wants to: a look so cheap that every file has it."""

_MARKS = ("nsc:", "NSC", "Nsc", "nsc ignore", "nsc :")


def may_ignore(text: str) -> bool:
    """Whether a text's comments have to be looked at. True for some that ignore nothing, false for none that do."""
    return any(mark in text for mark in _MARKS)
