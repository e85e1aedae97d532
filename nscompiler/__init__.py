"""A compiler for NStack workflows: small, typed pipelines of sources, functions and sinks.

``check``, ``compile`` and ``format_source`` are imported when they are first used, so that ``import nscompiler`` costs
nothing.
"""

from nscompiler.version import __version__

TYPE_CHECKING = False  # what type checkers take for true; importing it from `typing` would cost more than all the rest
if TYPE_CHECKING:
    from nscompiler.pipeline.checks import check, compile  # noqa: A004
    from nscompiler.tools.format import format_source

__all__ = ["__version__", "check", "compile", "format_source"]


def __getattr__(name: str) -> object:
    if name == "format_source":
        from nscompiler.tools.format import format_source

        return format_source
    if name in __all__:
        from nscompiler.pipeline import checks

        return getattr(checks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
