"""What is shown while parameters and type arguments are written."""

import pytest
from marked import CURSOR, SHOP, place

from nscompiler.ide.signature import Signature, signature

FLOW = "flow/module.nml"


def shown(written: str) -> Signature | None:
    return signature(*place({**SHOP, FLOW: SHOP[FLOW] + written}))


def active(written: str) -> str:
    found = shown(written)
    assert found is not None
    part = found.parts[found.active]
    return found.label[part.start : part.end]


def test_the_parameters_of_a_function_with_defaults_and_docs() -> None:
    found = shown(f"def x = C.clean {{ {CURSOR}")
    assert found is not None
    assert found.label == 'C.clean { digits : Integer = 2, mode : "up" | "down" = "up" }'
    assert found.parts[0].documentation == "How much to round."
    assert found.documentation == "Puts **prices** right."


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (f"def x = C.clean {{ {CURSOR} }}", "digits : Integer = 2"),
        (f"def x = C.clean {{ digits = 1, {CURSOR} }}", 'mode : "up" | "down" = "up"'),
        (f"def x = C.clean {{ mode = {CURSOR} }}", 'mode : "up" | "down" = "up"'),
        (f'def x = C.clean {{ mode = "d{CURSOR}" }} | | broken', 'mode : "up" | "down" = "up"'),
        (f"def x = C.clean {{ mo{CURSOR}", 'mode : "up" | "down" = "up"'),
        (f"def x = C.clean {{ retry{CURSOR} = 3", "retry : Integer"),
        (f"def x = (C.clean | C.tagged) {{ tag = {CURSOR}", "tag : Text"),
        (f"def x = Sources.jsonl<{CURSOR}", "a"),
        (f"def x = Sources.jsonl<{{ id : {CURSOR}", "a"),
    ],
)
def test_the_active_one(written: str, wanted: str) -> None:
    assert active(written) == wanted


def test_what_inner_bindings_fix_is_no_parameter() -> None:
    found = shown(f"def x = C.good {{ {CURSOR}")
    assert found is not None
    assert "digits" not in found.label
    assert found.label.startswith("C.good { mode :")


@pytest.mark.parametrize(
    "written",
    [
        f"def x = C.clean {CURSOR}",
        f"def x = C.clean {{ digits = 1 }} {CURSOR}",
        f"fun f : {{ id : {CURSOR}",
        f"fun f : Text -> Text with {{ {CURSOR}",
        f"def x = C.clean {{ // {CURSOR}",
        f"def x = unknown<{CURSOR}",
    ],
)
def test_nothing_elsewhere(written: str) -> None:
    assert shown(written) is None
