"""The order in which declarations that mention each other are understood."""

from collections.abc import Collection, Iterator, Mapping


def strong_components(edges: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The strongly connected components of a graph, each after those that it points to; members in the order in which
    they were met (Tarjan, 1972; without recursion)."""
    if _is_in_order(edges):
        return [[name] for name in edges]
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    result: list[list[str]] = []
    for root in edges:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []
        _open(root, edges, index, low, stack, on_stack, work)
        while work:
            name, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    result.append(_close(name, stack, on_stack))
            elif following not in index:
                _open(following, edges, index, low, stack, on_stack, work)
            elif following in on_stack:
                low[name] = min(low[name], index[following])
    return result


def _is_in_order(edges: Mapping[str, Collection[str]]) -> bool:
    """Whether everything points to what comes before it only, as in most files."""
    before: set[str] = set()
    for name, targets in edges.items():
        if not before.issuperset(targets):
            return False
        before.add(name)
    return True


def _open(
    name: str,
    edges: Mapping[str, Collection[str]],
    index: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    on_stack: set[str],
    work: list[tuple[str, Iterator[str]]],
) -> None:
    index[name] = low[name] = len(index)
    stack.append(name)
    on_stack.add(name)
    work.append((name, iter(edges[name])))


def _close(name: str, stack: list[str], on_stack: set[str]) -> list[str]:
    at = stack.index(name)
    members = stack[at:]
    del stack[at:]
    on_stack.difference_update(members)
    return members
