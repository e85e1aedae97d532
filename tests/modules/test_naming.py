"""Names of modules made from names of folders."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.modules.naming import module_name_for, unspelt
from nscompiler.modules.reference import ModuleRef, parse_reference


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("demo", "Demo"),
        ("my-demo_app", "MyDemo_app"),
        ("Iris.classify", "Iris.Classify"),
        ("3d", "M3d"),
        ("_x", "X"),
        ("...", "Demo"),
        ("größe", "Grosse"),
        ("Über.ærø-łódź", "Uber.AeroLodz"),
        ("e\u0301te\u0301", "Ete"),
        ("日本-demo", "Demo"),
        ("Ⅳ²", "IV2"),
    ],
)
def test_names_for_folders(folder, name):
    assert module_name_for(folder) == name


@settings(deadline=None)
@given(st.text(max_size=20))
def test_names_for_folders_are_names(folder):
    assert isinstance(parse_reference(f"{module_name_for(folder)}:0.0.1-SNAPSHOT"), ModuleRef)


@pytest.mark.parametrize(("folder", "lost"), [("größe-3.x_y", ""), ("日本-日", "日本"), ("Ελλη", "Ελη"), ("…_-", "")])
def test_letters_that_no_module_name_has(folder, lost):
    assert unspelt(folder) == lost
