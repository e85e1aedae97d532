"""A server with all features: those that lie in the folder ``features``."""

from importlib import import_module
from pkgutil import iter_modules

from nslsp import features, session
from nslsp.server import Server


def feature_names() -> tuple[str, ...]:
    """The files of the folder, by name."""
    return tuple(sorted(found.name for found in iter_modules(features.__path__) if not found.name.startswith("_")))


def make_server() -> Server:
    """A server that has not begun yet."""
    server = Server()
    session.register(server)
    for name in feature_names():
        import_module(f"{features.__name__}.{name}").register(server)
    return server
