"""What is known of expressions that are put together: whether they end, answer a request, keep a state."""

from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.types.interface import PLAIN, Traits


def flattening(traits: Traits) -> Traits:
    """The facts of a function behind a ``*``."""
    if traits is PLAIN:
        return _PLAIN_FLATTENING
    return traits if traits.flattens else replace(traits, flattens=True)


_PLAIN_FLATTENING = Traits(flattens=True)


def sequence(traits: list[Traits]) -> Traits:
    """Facts of stages one after the other."""
    if all(one is PLAIN for one in traits):
        return PLAIN
    paths = 1
    replies: tuple[Span, ...] = ()
    flattens = False  # what does so before a source, or in it, is nothing to what follows
    for one in traits:
        if one.replies:
            replies += one.replies * min(paths, 2)
        paths = min(paths * one.paths, 2)
        flattens = one.bounded is None and (flattens or one.flattens)
    return _combined(traits, paths, replies, flattens or traits[-1].flattens)


def parallel(traits: list[Traits], merge: bool) -> Traits:
    """Facts of branches side by side: a merge of sources makes no value twice."""
    replies: tuple[Span, ...] = tuple(span for one in traits for span in one.replies)
    paths = max((one.paths for one in traits), default=1) if merge else sum(one.paths for one in traits)
    if merge:
        replies = max((one.replies for one in traits), key=len, default=())
    return _combined(traits, paths, replies, any(one.flattens for one in traits))


def _combined(traits: list[Traits], paths: int, replies: tuple[Span, ...], flattens: bool) -> Traits:
    bounded: bool | None = None
    stateless, http_only = True, True
    replay: list[str] = []
    for one in traits:
        stateless = stateless and one.stateless
        replay += one.replay
        if one.bounded is not None:
            bounded = one.bounded if bounded is None else bounded and one.bounded
            http_only = http_only and one.http_only
    kinds = tuple(replay) if len(replay) < 2 else tuple(dict.fromkeys(replay))
    return Traits(bounded, stateless, kinds, replies, http_only, flattens, paths)
