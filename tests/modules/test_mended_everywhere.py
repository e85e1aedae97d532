"""A name that a module has no more, in several files: the first fix of each error mends all of them."""

from modules.test_faulty_projects import errors, mended

from nscompiler.diagnostics.order import ordered

FILES = {
    "t.nml": "module T:1.0.0\ntype Temp = { x : Integer }\nfun heat : Temp -> Text\n",
    "a.nml": "module A:1.0.0\nimport T:1.0.0\nfun f : Text -> T.Tmp\nfun g : T.Tmp -> Text\n",
    "b.nml": "module B:1.0.0\nimport T:1.0.0 as C\nfun f : Text -> C.Tmp\n",
}


def test_each_error_has_first_a_fix_for_both_files() -> None:
    found = errors(FILES)
    assert [one.primary.span.path for one in found] == ["a.nml", "b.nml"]
    for one in found:
        assert one.title == "`T:1.0.0` declares no type `Tmp`"
        assert [fix.title for fix in one.fixes] == ["write `Temp`, in both files", "write `Temp`"]
        assert mended(FILES, one.fixes[0])["a.nml"] == FILES["a.nml"].replace("Tmp", "Temp")
        assert not errors(mended(FILES, one.fixes[0]))
        assert {edit.span.path for edit in one.fixes[1].edits} == {one.primary.span.path}


def test_three_files_are_counted_and_what_is_ordered_twice_stays_as_it_is() -> None:
    found = errors(FILES | {"c.nml": FILES["b.nml"].replace("module B", "module D")})
    assert [one.fixes[0].title for one in found] == ["write `Temp`, in all 3 files"] * 3
    assert ordered(found) == tuple(found)


def test_another_name_and_another_module_are_not_mended_with_it() -> None:
    other = {"u.nml": FILES["t.nml"].replace("T:1.0.0", "U:1.0.0"), "b.nml": FILES["b.nml"].replace("T:1", "U:1")}
    for one in errors(FILES | other):
        assert [fix.title for fix in one.fixes] == ["write `Temp`"]
