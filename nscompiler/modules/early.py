"""The ``api`` block of the earliest modules, turned into the ``module.nml`` that says the same today."""

from nscompiler.modules.naming import module_name_for
from nscompiler.modules.yaml import Mapping, Scalar, YamlNode


def module_text(folder: str, api: YamlNode) -> str:
    """The ``module.nml`` to write for what an ``api`` block declares, named after the folder.

    A line ``name : A -> B`` becomes a ``fun``, a ``type`` stays, the words ``interface`` and the braces around it go. A
    line that goes on where the one above stopped is kept as it is.
    """
    name = module_name_for(folder.rpartition("/")[2])
    declarations = [line for line in (_declaration(line) for line in _lines(api)) if line]
    return "\n".join([f"module {name}:0.0.1-SNAPSHOT", "", *declarations])


def _lines(api: YamlNode) -> list[str]:
    if isinstance(api, Scalar):
        return api.text.splitlines()
    if isinstance(api, Mapping):
        return [
            f"{key.text} : {value.text}"
            for key, value in api.entries
            if isinstance(key, Scalar) and isinstance(value, Scalar)
        ]
    return [item.text for item in api.items if isinstance(item, Scalar)]


def _declaration(line: str) -> str:
    text = line.strip().rstrip(";,").rstrip()
    if text in {"", "{", "}"} or text.startswith("interface"):
        return ""
    name, colon, _ = text.partition(":")
    if colon and name.strip().isidentifier() and "->" in text:
        return f"fun {text}"
    return text if text.startswith(("type ", "fun ", "//")) else f"  {text}"
