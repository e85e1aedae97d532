"""Whether a text can hold a comment that ignores warnings, or wants to: a look so cheap that every file has it."""


def may_ignore(text: str) -> bool:
    """Whether a text's comments have to be looked at. True for some that ignore nothing, false for none that do."""
    small = "nsc" in text and ("nsc:" in text or "nsc ignore" in text or "nsc :" in text)
    return small or "NSC" in text or "Nsc" in text
