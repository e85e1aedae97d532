"""What the Python class of a module imports.

    import nstack

    class Module(nstack.Module):
        def numChars(self, text):
            return len(text)

The types that the module's ``.nml`` declares or imports are found as attributes: ``nstack.Event.Click(target)``.
"""

from typing import Any

from .runtime.user_code import At, BaseService, declared_type
from .runtime.values import Record, Sum
from .version import __version__

__all__ = ["At", "BaseService", "Module", "Record", "Sum", "__version__"]


class Module(BaseService):
    """The base of a module's class: ``class Module(nstack.Module)``."""


def __getattr__(name: str) -> Any:
    """A type of the module whose code asks: its declared and imported types under the names that the ``.nml`` has
    for them.
    """
    return declared_type(name)
