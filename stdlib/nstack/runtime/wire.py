"""The forms between a value and its JSON where the two differ.

Most types are decoded straight into their classes: then ``Wire.load`` and ``Wire.dump`` are None. Where a ``Json``
lies inside, the wire form holds it raw; where a ``()`` lies inside, ``None`` is written as ``[]``; a constructor
without payload is its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Raw

from .faults import explain
from .scalars import bytes_of, decimal_of, json_text_of, unit_of
from .shapes import Shape, contains, shape_of
from .values import Sum

Step = Callable[[Any], Any]


def decode_custom(annotation: Any, value: Any) -> Any:
    """msgspec's hook for the classes that are ours: sums, Json, Bytes, Decimal, Unit."""
    if isinstance(annotation, type) and issubclass(annotation, Sum):
        return _decode_sum(annotation, value)
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

    def __init__(self, shape: Shape) -> None:
        raw = contains(shape, "Json")
        self.type: Any = _wire_type(shape) if raw else shape.python
        self.load: Step | None = _load(shape) if raw else None
        self.dump: Step | None = _dump(shape) if raw or contains(shape, "unit") else None


def _wire_type(shape: Shape) -> Any:
    """The annotation that msgspec decodes: Raw wherever a Json, or a sum with one inside, stands."""
    if shape.name == "Json":
        return Raw
    if not contains(shape, "Json"):
        return shape.python
    if shape.kind == "sum":
        return Raw
    if shape.kind == "optional":
        inner = _wire_type(shape.item)
        return Raw if inner is Raw else inner | None  # a union with Raw would take null alone
    if shape.kind == "list":
        return list[_wire_type(shape.item)]  # type: ignore[misc]
    if shape.kind == "vector":
        return _vector_type(shape)
    if shape.kind == "map":
        return dict[str, _wire_type(shape.item)]  # type: ignore[misc]
    if shape.kind == "tuple":
        return tuple[tuple(map(_wire_type, shape.parts))]  # type: ignore[misc]
    return _record_type(shape)


def _vector_type(shape: Shape) -> Any:
    return Annotated[list[_wire_type(shape.item)], msgspec.Meta(min_length=shape.size, max_length=shape.size)]  # type: ignore[misc]


def _record_type(shape: Shape) -> Any:
    fields = []
    for index, (label, item) in enumerate(zip(shape.labels, shape.parts, strict=True)):
        name = f"f{index}"
        default = msgspec.field(default=None, name=label) if item.kind == "optional" else msgspec.field(name=label)
        fields.append((name, _wire_type(item), default))
    return msgspec.defstruct(shape.name, fields, kw_only=True)


def _load(shape: Shape) -> Step:
    """From the wire form to the value."""
    if shape.name == "Json":
        return _json_text
    if not contains(shape, "Json"):
        return _same
    if shape.kind == "sum":
        return _load_sum(shape)
    if shape.kind == "record":
        return _load_record(shape)
    if shape.kind == "tuple":
        steps = [_load(part) for part in shape.parts]
        return lambda value: tuple(step(part) for step, part in zip(steps, value, strict=True))
    step = _load(shape.item)
    if shape.kind == "optional":
        # ``null`` is nothing; Raw decodes it like any other value, but ``optional Json`` does not exist.
        return lambda value: None if value is None or (type(value) is Raw and bytes(value) == b"null") else step(value)
    if shape.kind == "map":
        return lambda value: {key: step(part) for key, part in value.items()}
    return lambda value: [step(part) for part in value]


def _same(value: Any) -> Any:
    return value


def _json_text(raw: Any) -> str:
    return bytes(raw).decode("utf-8")


def _load_record(shape: Shape) -> Step:
    steps = [(f"f{index}", _load(part)) for index, part in enumerate(shape.parts)]
    made = shape.python
    return lambda value: made(*(step(getattr(value, name)) for name, step in steps))


def _load_sum(shape: Shape) -> Step:
    outer = msgspec.json.Decoder(dict[str, Raw])
    inner: dict[str, tuple[Any, msgspec.json.Decoder[Any], Step]] = {}
    for label, attribute, item in zip(shape.labels, shape.attributes, shape.items, strict=True):
        if item is not None:
            decoder = msgspec.json.Decoder(_wire_type(item), dec_hook=decode_custom)
            inner[label] = (getattr(shape.python, attribute), decoder, _load(item))

    def load(raw: Any) -> Any:
        value = msgspec.json.decode(raw)
        explain(shape, value, "value")
        label = next(iter(value)) if type(value) is dict else value
        if label not in inner:
            return getattr(shape.python, shape.attributes[shape.labels.index(label)])()
        made, decoder, step = inner[label]
        return made(step(decoder.decode(outer.decode(raw)[label])))

    return load


def _dump(shape: Shape) -> Step:
    """From the value to what msgspec writes."""
    if shape.kind == "unit":
        return lambda value: ()
    if shape.name == "Json":
        return _raw_json
    if not contains(shape, "Json", "unit"):
        return _same
    if shape.kind == "record":
        steps = [
            (label, attribute, _dump(part))
            for label, attribute, part in zip(shape.labels, shape.attributes, shape.parts, strict=True)
        ]
        return lambda value: {label: step(getattr(value, attribute)) for label, attribute, step in steps}
    if shape.kind == "sum":
        return _dump_sum(shape)
    if shape.kind == "tuple":
        parts = [_dump(part) for part in shape.parts]
        return lambda value: [step(part) for step, part in zip(parts, value, strict=True)]
    step = _dump(shape.item)
    if shape.kind == "optional":
        return lambda value: None if value is None else step(value)
    if shape.kind == "map":
        return lambda value: {key: step(part) for key, part in value.items()}
    return lambda value: [step(part) for part in value]


def _raw_json(text: str) -> Raw:
    # A line feed in JSON text can only be white space between tokens; one value must stay on one line.
    return Raw(text.replace("\n", " ").replace("\r", " ").strip().encode("utf-8"))


def _dump_sum(shape: Shape) -> Step:
    steps = {
        label: None if item is None else _dump(item) for label, item in zip(shape.labels, shape.items, strict=True)
    }

    def dump(value: Any) -> Any:
        step = steps[value.__label__]
        return value.__label__ if step is None else {value.__label__: step(value.value)}

    return dump


__all__ = ["Wire", "decode_custom", "encode_custom", "shape_of"]
