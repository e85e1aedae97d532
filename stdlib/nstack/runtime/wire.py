"""The forms between a value and its JSON where the two differ.

Most types are decoded straight into their classes: then ``Wire.load`` and ``Wire.dump`` are None. Where a ``Json``
lies inside, the wire form holds it raw; where a ``()`` lies inside, ``None`` is written as ``[]``; a constructor
without payload is its name.

What goes from one of our own processes to another may be ``exact``: there a Double that JSON has no number for is
text (``"nan"``), and a ``Json`` is text, too, whose white space is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Raw

from .faults import explain
from .scalars import Shared, bytes_of, decimal_of, json_text_of, unit_of
from .shapes import Shape, contains, shape_of
from .values import Sum

Step = Callable[[Any], Any]


def decode_custom(annotation: Any, value: Any) -> Any:
    """msgspec's hook for the classes that are ours: sums, types under a name, Json, Bytes, Decimal, Unit."""
    if isinstance(annotation, type) and issubclass(annotation, Sum):
        return _decode_sum(annotation, value)
    if isinstance(annotation, type) and issubclass(annotation, Shared):
        return msgspec.convert(value, annotation.type, dec_hook=decode_custom)
    return _HOOKS[annotation.__name__](value)


_HOOKS: dict[str, Step] = {"Json": json_text_of, "Bytes": bytes_of, "Decimal": decimal_of, "Unit": unit_of}


def _decode_sum(cls: Any, value: Any) -> Any:
    if type(value) is dict and len(value) == 1:
        ((label, payload),) = value.items()
    else:
        label, payload = value, None
    for made in cls.__constructors__:
        if made.__label__ != label:
            continue
        if made.__payload__ is None:
            unit_of(payload)
            return made()
        if type(value) is dict:
            return made(msgspec.convert(payload, made.__payload__, dec_hook=decode_custom))
    raise ValueError(f"no value of {cls.__name__}")


def encode_custom(value: Any) -> Any:
    """msgspec's hook for values that it does not know: a constructor without payload is written as its name."""
    if isinstance(value, Sum):
        return value.__label__
    raise TypeError(f"no JSON form for a {type(value).__name__}")


class Wire:
    """The wire form of a type: ``type`` for msgspec, and the steps from it (``load``) and to it (``dump``) where
    there are any.
    """

    __slots__ = ("dump", "load", "type")

    def __init__(self, shape: Shape, exact: bool = False) -> None:
        loads, dumps = _Loads(exact), _Dumps(exact)
        differs = contains(shape, *loads.marks)
        self.type: Any = loads.type(shape) if differs else shape.python
        self.load: Step | None = loads.step(shape) if differs else None
        self.dump: Step | None = dumps.step(shape) if contains(shape, *dumps.marks) else None


def _same(value: Any) -> Any:
    return value


def _json_text(raw: Any) -> str:
    return bytes(raw).decode("utf-8")


def _double_as_written(value: float) -> float | str:
    return value if math.isfinite(value) else repr(value)


class _Loads:
    """The steps from the wire form to the value: one for each shape, by its ``id``, wherever that stands."""

    def __init__(self, exact: bool) -> None:
        self.marks = ("Json", "Double") if exact else ("Json",)
        self._exact = exact
        self._types: dict[int, Any] = {}
        self._steps: dict[int, Step] = {}

    def type(self, shape: Shape) -> Any:
        """The annotation that msgspec decodes: Raw wherever a Json, or a sum or named type with one inside, stands."""
        if id(shape) not in self._types:
            self._types[id(shape)] = self._type(shape) if contains(shape, *self.marks) else shape.python
        return self._types[id(shape)]

    def _type(self, shape: Shape) -> Any:
        if self._exact and shape.kind == "scalar" and shape.plain is None:
            return str if shape.name == "Json" else float | str
        if shape.name == "Json" or shape.kind == "sum" or shape.plain is not None:
            return Raw
        return self._composed(shape)

    def _composed(self, shape: Shape) -> Any:
        if shape.kind == "record":
            return self._record(shape)
        if shape.kind == "tuple":
            return tuple[tuple(map(self.type, shape.parts))]  # type: ignore[misc]
        item = self.type(shape.item)
        if shape.kind == "optional":
            return Raw if item is Raw else item | None  # a union with Raw would take null alone
        if shape.kind == "map":
            return dict[str, item]  # type: ignore[valid-type]
        listed = list[item]  # type: ignore[valid-type]
        return listed if shape.kind == "list" else Annotated[listed, _sized(shape)]

    def _record(self, shape: Shape) -> Any:
        fields = []
        for index, (label, item) in enumerate(zip(shape.labels, shape.parts, strict=True)):
            name = f"f{index}"
            default = msgspec.field(default=None, name=label) if item.kind == "optional" else msgspec.field(name=label)
            fields.append((name, self.type(item), default))
        return msgspec.defstruct(shape.name, fields, kw_only=True)

    def step(self, shape: Shape) -> Step:
        """From the wire form to the value."""
        if id(shape) not in self._steps:
            self._steps[id(shape)] = self._step(shape) if contains(shape, *self.marks) else _same
        return self._steps[id(shape)]

    def _step(self, shape: Shape) -> Step:
        if shape.name == "Double":
            return float
        if shape.name == "Json":
            return _same if self._exact else _json_text
        if shape.kind == "sum":
            return self._sum(shape)
        plain = self._plain(shape)
        if shape.plain is None:
            return plain
        decoder = msgspec.json.Decoder(self._composed(shape), dec_hook=decode_custom)
        return lambda raw: plain(decoder.decode(raw))

    def _plain(self, shape: Shape) -> Step:
        if shape.kind == "record":
            parts = [(f"f{index}", self.step(part)) for index, part in enumerate(shape.parts)]
            made = shape.python
            return lambda value: made(*(step(getattr(value, name)) for name, step in parts))
        if shape.kind == "tuple":
            steps = [self.step(part) for part in shape.parts]
            return lambda value: tuple(step(part) for step, part in zip(steps, value, strict=True))
        step = self.step(shape.item)
        if shape.kind == "optional":
            # ``null`` is nothing; Raw decodes it like any other value, but ``optional Json`` does not exist.
            return lambda value: None if _is_missing(value) else step(value)
        return _each(shape, step)

    def _sum(self, shape: Shape) -> Step:
        outer = msgspec.json.Decoder(dict[str, Raw])
        inner: dict[str, tuple[Any, msgspec.json.Decoder[Any], Step]] = {}
        for label, attribute, item in zip(shape.labels, shape.attributes, shape.items, strict=True):
            if item is not None:
                decoder = msgspec.json.Decoder(self.type(item), dec_hook=decode_custom)
                inner[label] = (getattr(shape.python, attribute), decoder, self.step(item))

        def load(raw: Any) -> Any:
            value = msgspec.json.decode(raw)
            if not self._exact:
                explain(shape, value, "value")
            label = next(iter(value)) if type(value) is dict else value
            if label not in inner:
                return getattr(shape.python, shape.attributes[shape.labels.index(label)])()
            made, decoder, step = inner[label]
            return made(step(decoder.decode(outer.decode(raw)[label])))

        return load


def _sized(shape: Shape) -> msgspec.Meta:
    return msgspec.Meta(min_length=shape.size, max_length=shape.size)


def _is_missing(value: Any) -> bool:
    return value is None or (type(value) is Raw and bytes(value) == b"null")


def _each(shape: Shape, step: Step) -> Step:
    if shape.kind == "map":
        return lambda value: {key: step(part) for key, part in value.items()}
    return lambda value: [step(part) for part in value]


class _Dumps:
    """The steps from the value to what msgspec writes: one for each shape, by its ``id``, wherever that stands."""

    def __init__(self, exact: bool) -> None:
        self.marks = ("Json", "unit", "Double") if exact else ("Json", "unit")
        self._exact = exact
        self._made: dict[int, Step] = {}

    def step(self, shape: Shape) -> Step:
        """From the value to what msgspec writes."""
        if id(shape) not in self._made:
            self._made[id(shape)] = self._step(shape) if contains(shape, *self.marks) else _same
        return self._made[id(shape)]

    def _step(self, shape: Shape) -> Step:
        if shape.kind == "unit":
            return lambda value: ()
        if shape.name == "Double":
            return _double_as_written
        if shape.name == "Json":
            return _same if self._exact else _raw_json
        if shape.kind == "record":
            names = zip(shape.labels, shape.attributes, shape.parts, strict=True)
            fields = [(label, attribute, self.step(part)) for label, attribute, part in names]
            return lambda value: {label: step(getattr(value, attribute)) for label, attribute, step in fields}
        if shape.kind == "sum":
            return self._sum(shape)
        if shape.kind == "tuple":
            parts = [self.step(part) for part in shape.parts]
            return lambda value: [step(part) for step, part in zip(parts, value, strict=True)]
        step = self.step(shape.item)
        if shape.kind == "optional":
            return lambda value: None if value is None else step(value)
        return _each(shape, step)

    def _sum(self, shape: Shape) -> Step:
        steps = {
            label: None if item is None else self.step(item)
            for label, item in zip(shape.labels, shape.items, strict=True)
        }

        def dump(value: Any) -> Any:
            step = steps[value.__label__]
            return value.__label__ if step is None else {value.__label__: step(value.value)}

        return dump


def _raw_json(text: str) -> Raw:
    # A line feed in JSON text can only be white space between tokens; one value must stay on one line.
    return Raw(text.replace("\n", " ").replace("\r", " ").strip().encode("utf-8"))


__all__ = ["Wire", "decode_custom", "encode_custom", "shape_of"]
