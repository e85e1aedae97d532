"""Where an import that the editor adds is put."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.grammar.parse import parse
from nscompiler.ide.imports import import_edit
from nscompiler.source import SourceFile


@pytest.mark.parametrize("header", ["module Foo:1.0.0 {", "module Foo:1.0 .0 {", "module Foo Foo:1.0.0 {"])
def test_an_import_stands_behind_the_brace_of_a_header_even_of_one_with_a_slip(header: str) -> None:
    text = f"{header}\n  def a = b\n}}\n"
    edit = import_edit(parse(SourceFile("main.nml", text)).module, "Shop.Orders:1.0.0", "Orders")
    assert apply_edits(text, (edit,)) == text.replace("{", "{\nimport Shop.Orders:1.0.0", 1)
