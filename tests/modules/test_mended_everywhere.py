"""What several files want of a module in vain is one error, and its fixes mend all of them."""

from modules.test_faulty_projects import errors, mended

from nscompiler.diagnostics.order import ordered

FILES = {
    "t.nml": "module T:1.0.0\ntype Temp = { x : Integer }\nfun heat : Temp -> Text\n",
    "a.nml": "module A:1.0.0\nimport T:1.0.0\nfun f : Text -> T.Tmp\nfun g : T.Tmp -> Text\n",
    "b.nml": "module B:1.0.0\nimport T:1.0.0 as C\nfun f : Text -> C.Tmp\n",
}


def test_one_error_has_a_fix_for_both_files() -> None:
    (found,) = errors(FILES)
    assert found.title == "`T:1.0.0` declares no type `Tmp`"
    assert [(one.span.path, one.text) for one in (found.primary, *found.related)] == [
        ("a.nml", "did you mean `Temp`?"),
        ("t.nml", "declares `Temp`"),
        ("a.nml", "and here"),
        ("b.nml", "and here"),
    ]
    assert [fix.title for fix in found.fixes] == ["write `Temp`, in both files"]
    assert mended(FILES, found.fixes[0])["a.nml"] == FILES["a.nml"].replace("Tmp", "Temp")
    assert not errors(mended(FILES, found.fixes[0]))


def test_three_files_are_counted_and_what_is_ordered_twice_stays_as_it_is() -> None:
    found = errors(FILES | {"c.nml": FILES["b.nml"].replace("module B", "module D")})
    assert [one.fixes[0].title for one in found] == ["write `Temp`, in all 3 files"]
    assert ordered(found) == tuple(found)


def test_another_name_and_another_module_are_not_mended_with_it() -> None:
    other = {"u.nml": FILES["t.nml"].replace("T:1.0.0", "U:1.0.0"), "b.nml": FILES["b.nml"].replace("T:1", "U:1")}
    found = errors(FILES | other)
    assert len(found) == 2
    for one in found:
        assert [fix.title for fix in one.fixes] == ["write `Temp`"]


def test_a_type_that_was_renamed_at_its_declaration_gets_its_name_back() -> None:
    files = {
        "t.nml": "module T:1.0.0\ntype Sample = { x : Integer }\ntype Other = { y : Text }\n",
        "a.nml": "module A:1.0.0\nimport T:1.0.0\nfun f : T.Other -> T.Row\n",
        "b.nml": "module B:1.0.0\nimport T:1.0.0 as C\nfun f : C.Row -> C.Other\n",
    }
    (found,) = errors(files)
    assert [fix.title for fix in found.fixes] == ["call `Sample` `Row`", "write `Sample`, in both files"]
    for fix in found.fixes:
        assert not errors(mended(files, fix))


def test_a_near_name_that_stands_more_than_once_may_be_the_old_one() -> None:
    files = {"t.nml": "module T:1.0.0\ntype Evnt = { x : Integer }\n", "a.nml": "module A:1.0.0\nimport T:1.0.0\n"}
    once = "fun f : Text -> T.Event\n"
    (found,) = errors(files | {"a.nml": files["a.nml"] + once})
    assert [fix.title for fix in found.fixes] == ["write `Evnt`"]
    (found,) = errors(files | {"a.nml": files["a.nml"] + once + "fun g : T.Event -> Text\n"})
    assert [fix.title for fix in found.fixes] == ["write `Evnt`", "call `Evnt` `Event`"]


def test_a_type_that_its_own_file_lacks_too_is_told_there() -> None:
    files = {
        "t.nml": "module T:1.0.0\ntype Sample = { x : Integer }\nfun heat : Row -> Text\n",
        "a.nml": "module A:1.0.0\nimport T:1.0.0\nfun f : Text -> T.Row\n",
    }
    (found,) = errors(files)
    assert found.primary.span.path == "t.nml"
    assert [fix.title for fix in found.fixes] == ["call `Sample` `Row`"]
    assert not errors(mended(files, found.fixes[0]))


def test_a_function_that_was_renamed_at_its_declaration_is_one_error() -> None:
    files = {
        "t.nml": "module T:1.0.0\nfun total : Text -> Integer\n",
        "a.nml": "module A:1.0.0\nimport T:1.0.0\ndef f = T.count | Sinks.log\n",
        "b.nml": "module B:1.0.0\nimport T:1.0.0\ndef g = Sources.stdin | T.count | Sinks.log\n",
    }
    (found,) = errors(files)
    assert [fix.title for fix in found.fixes] == ["call `total` `count`", "write `total`, in both files"]
    for fix in found.fixes:
        assert not errors(mended(files, fix))


def test_a_declaration_that_files_refuse_alike_is_one_error() -> None:
    files = {
        "t.nml": "module T:1.0.0\nfun mk : Text -> { temp : Text, id : Integer }\n",
        "a.nml": "module A:1.0.0\nimport T:1.0.0\nfun a : { temp : Double } -> Text\ndef f = T.mk | a\n",
        "b.nml": "module B:1.0.0\nimport T:1.0.0\nfun b : { temp : Double, id : Integer } -> Text\ndef f = T.mk | b\n",
    }
    (found,) = errors(files)
    assert [fix.title for fix in found.fixes] == ["write `Double` in the output of `mk`"]
    assert not errors(mended(files, found.fixes[0]))
