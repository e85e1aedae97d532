"""The compiler's version; the runtime of the same number belongs to it."""

__version__ = "0.1.0"
