"""The settings of the language server, ``nsc.…`` in an editor's configuration."""

from collections.abc import Mapping
from typing import Any

import attrs

SECTION = "nsc"


@attrs.frozen
class Settings:
    """What a person may choose. Each field is a setting of that name, ``path`` is ``nsc.path``."""

    #: Further folders to look for modules in, before those of NSTACK_PATH.
    path: tuple[str, ...] = ()
    #: Diagnostics of a closed file are shown too.
    diagnose_closed_files: bool = attrs.field(default=True, metadata={"name": "diagnostics.closedFiles"})
    #: The address of a folder with a page for each code, ``NSC_DOCS_URL`` where it is empty.
    docs_url: str = attrs.field(default="", metadata={"name": "diagnostics.docsUrl"})
    #: The type that flows on, after each stage of a pipe.
    hints_stages: bool = attrs.field(default=True, metadata={"name": "inlayHints.stages"})
    #: The inferred type of a definition, and of a ``<…>`` that was left out.
    hints_types: bool = attrs.field(default=True, metadata={"name": "inlayHints.types"})
    #: The values of parameters that are not written.
    hints_parameters: bool = attrs.field(default=True, metadata={"name": "inlayHints.parameters"})
    #: Run and graph above workflows.
    lens_run: bool = attrs.field(default=True, metadata={"name": "codeLens.run"})
    #: How often something is used, above what declares it.
    lens_references: bool = attrs.field(default=True, metadata={"name": "codeLens.references"})
    #: A renaming changes the Python code beside a module too.
    rename_python: bool = attrs.field(default=True, metadata={"name": "rename.python"})


def settings_from(given: object, before: Settings | None = None) -> tuple[Settings, tuple[str, ...]]:
    """Settings out of what a client sent, and what is wrong with it; what is wrong or missing is as in ``before``, by
    default as nobody has set it.

    Taken both as a tree (``{"inlayHints": {"types": false}}``) and with dots (``{"inlayHints.types": false}``), with
    or without ``nsc`` around it.
    """
    before = before or Settings()
    if given is None:
        return before, ()
    if not isinstance(given, Mapping):
        return before, (f"the settings must be an object, not {given!r}",)
    inner = given.get(SECTION)
    flat = _flat(inner if isinstance(inner, Mapping) else given)
    values, faults = {}, []
    for field in attrs.fields(Settings):
        name = field.metadata.get("name", field.name)
        if (value := flat.get(name)) is None:
            continue
        read = _read(value, field.default)
        if read is None:
            wanted = _WANTED[type(field.default)]
            faults.append(f"the setting {SECTION}.{name} must be {wanted}, not {value!r}")
        else:
            values[field.name] = read
    return attrs.evolve(before, **values), tuple(faults)


_WANTED = {bool: "true or false", str: "a text", tuple: "a list of folders"}


def _flat(given: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in given.items():
        name = f"{before}{key}".removeprefix(f"{SECTION}.")
        if isinstance(value, Mapping):
            found |= _flat(value, f"{name}.")
        else:
            found[name] = value
    return found


def _read(value: object, default: object) -> Any:
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, str):
        return value if isinstance(value, str) else None
    if isinstance(value, str):
        return (value,)
    good = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    return tuple(value) if good else None  # type: ignore[arg-type]
