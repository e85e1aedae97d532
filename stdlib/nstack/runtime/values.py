"""Records and sums: the base classes of the types that an emitted ``types.py`` declares.

class PlantInfo(Record):
    petalLength: Double
    petalWidth: Double | None = None      # an optional field may be absent from the data
    count: Integer = required()           # a field that must be there, after one that need not
    User_Id: Text = required("User-Id")   # a field whose name is no plain Python name

class Event(Sum):
    PageImpression = constructor(Text)
    Click = constructor(Target)
    Closed = constructor()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar, cast

import msgspec
from msgspec.structs import astuple

T = TypeVar("T")


def _absent() -> Any:
    raise TypeError("a required field is missing")


def required(name: str | None = None) -> Any:
    """A field without a default, after one with a default; ``name`` is its real name where that is no plain Python
    name.
    """
    return msgspec.field(default_factory=_absent, name=name)


def optional(name: str) -> Any:
    """A field that may be absent, whose real name is no plain Python name."""
    return msgspec.field(default=None, name=name)


class Record(msgspec.Struct):
    """A record: ``r.x``, ``r["x"]``, ``r.get("x")``, ``x, y = r``, ``r[0]``, ``dict(r)``, ``r == {"x": 1}``.

    Names given as text are the names in the language; the order is that of the declaration. Two records with the same
    fields are equal, whatever their order and class.
    """

    @classmethod
    def __record_types__(cls) -> dict[str, Any]:
        """The annotation of each attribute."""
        return {field.name: field.type for field in msgspec.structs.fields(cls)}

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return getattr(self, _attribute(self, key))
        return astuple(self)[key]

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, _attribute(self, key), value)

    def get(self, key: str, default: Any = None) -> Any:
        """The field of that name, or ``default`` where there is none."""
        return self[key] if key in self.__struct_encode_fields__ else default

    def keys(self) -> tuple[str, ...]:
        """The fields' names, in declared order."""
        return self.__struct_encode_fields__

    def items(self) -> tuple[tuple[str, Any], ...]:
        """The fields' names and values, in declared order."""
        return tuple(zip(self.__struct_encode_fields__, astuple(self), strict=True))

    def values(self) -> tuple[Any, ...]:
        """The fields' values, in declared order. (A field of this name hides the method.)"""
        return astuple(self)

    def __iter__(self) -> Iterator[Any]:
        return iter(astuple(self))

    def __len__(self) -> int:
        return len(self.__struct_fields__)

    def __contains__(self, key: object) -> bool:
        return key in self.__struct_encode_fields__

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if type(other) is type(self):
            return astuple(self) == astuple(other)
        if isinstance(other, Record):
            return dict(Record.items(self)) == dict(Record.items(other))
        if isinstance(other, dict):
            return dict(Record.items(self)) == other
        if isinstance(other, tuple):
            return astuple(self) == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(Record.items(self)))


def _attribute(record: Record, name: str) -> str:
    try:
        return record.__struct_fields__[record.__struct_encode_fields__.index(name)]
    except ValueError:
        raise KeyError(name) from None


class _Declaration:
    """What ``constructor()`` leaves in a class body until the class is made."""

    __slots__ = ("label", "payload")

    def __init__(self, payload: Any, label: str | None) -> None:
        self.payload = payload
        self.label = label


_NONE = object()


def constructor(payload: Any = _NONE, name: str | None = None) -> Any:
    """Declares a constructor in the body of a ``Sum``; without ``payload`` it has none. ``name`` is its real name
    where that is no plain Python name.
    """
    return _Declaration(payload, name)


class Sum:
    """A sum: a value is an instance of one of its constructors' classes.

    ``Event.Click(v)``, ``.value``, ``isinstance(v, Event.Click)``, ``case Event.Click(x):``, ``v.getClick()``
    (TypeError ``Not a Click`` otherwise), ``v.match(f1, f2)`` with one function for each constructor in declared
    order: it is called with the payload, or with nothing for a constructor that has none.
    """

    __slots__ = ()
    __constructors__: ClassVar[tuple[Any, ...]] = ()
    __label__: ClassVar[str] = ""
    __payload__: ClassVar[Any] = None
    value: Any

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        found = [(name, entry) for name, entry in vars(cls).items() if isinstance(entry, _Declaration)]
        made = []
        for name, declared in found:
            made.append(_make(cls, name, declared))
            setattr(cls, name, made[-1])
            setattr(cls, f"get{name}", _getter(made[-1]))
        if found:
            cls.__constructors__ = tuple(made)

    def match(self, *handlers: Callable[..., T]) -> T:
        """Calls the handler of this value's constructor; there must be one for each, in declared order."""
        if len(handlers) != len(self.__constructors__):
            raise TypeError(
                f"match needs {len(self.__constructors__)} functions, one for each constructor; got {len(handlers)}"
            )
        handler = handlers[self.__constructors__.index(type(self))]
        return handler() if self.__payload__ is None else handler(self.value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sum):
            return self.__label__ == other.__label__ and bool(self.value == other.value)
        return NotImplemented

    def __hash__(self) -> int:
        return hash((self.__label__, self.value))

    def __repr__(self) -> str:
        inside = "" if self.__payload__ is None else repr(self.value)
        return f"{type(self).__qualname__}({inside})"


def _make(cls: type[Sum], name: str, declared: _Declaration) -> Any:
    namespace: dict[str, Any] = {
        "__module__": cls.__module__,
        "__qualname__": f"{cls.__qualname__}.{name}",
        "__doc__": f"{name} of {cls.__name__}.",
    }
    label = declared.label or name
    namespace["__label__"] = label
    if declared.payload is _NONE:
        return type(
            name, (cls,), {**namespace, "__slots__": (), "value": None, "__match_args__": (), "__payload__": None}
        )
    # A struct whose only field is written under the constructor's name is already the JSON form: {"Click": payload}.
    annotations = {
        "__annotations__": {"value": declared.payload, "__payload__": ClassVar[Any]},
        "__payload__": declared.payload,
    }
    meta: Any = type(msgspec.Struct)
    return meta(name, (cls, msgspec.Struct), namespace | annotations, rename={"value": label})


def _getter(made: Any) -> Callable[[Sum], Any]:
    def get(self: Sum) -> Any:
        if type(self) is not made:
            raise TypeError(f"Not a {made.__label__}")
        return self.value

    get.__name__ = f"get{made.__name__}"
    get.__doc__ = f"The payload, if this is a {made.__label__}."
    return get


_ATOMS = frozenset({int, float, str, bool, bytes, type(None)})


def copy_value(value: T) -> T:
    """A copy that shares nothing mutable: for every branch but the last, and for each try of a call that is
    repeated.
    """
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is list:
        return cast(T, [copy_value(part) for part in cast("list[Any]", value)])
    if isinstance(value, Record):
        return cast(T, type(value)(*map(copy_value, astuple(value))))
    if kind is dict:
        return cast(T, {key: copy_value(part) for key, part in cast("dict[Any, Any]", value).items()})
    if kind is tuple:
        return cast(T, tuple(map(copy_value, cast("tuple[Any, ...]", value))))
    if isinstance(value, Sum) and value.__payload__ is not None:
        return cast(T, cast(Any, kind)(copy_value(value.value)))
    return value
