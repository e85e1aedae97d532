"""Resolving imports, linking programs."""

import pytest
from linking import linked, mended, told

from nscompiler.diagnostics.model import Severity
from nscompiler.source import Span

TYPES = "module Movies.Types:0.1.0\ntype Movie = { title : Text }\n"


def resolved(program, path):
    item = next(item for item in program.modules if item.path == path)
    return [(found.alias, str(found.ref), found.path) for found in item.imports.resolved]


def poisoned(program, path):
    return sorted(next(item for item in program.modules if item.path == path).imports.poisoned)


def test_modules_come_in_the_order_of_their_imports():
    files = {
        "a.nml": "module A:1.0.0\nimport B.C:1.0.0\nimport D:1.0.0 as Other\n",
        "b/module.nml": "module B.C:1.0.0\nimport D:1.0.0\n",
        "d.nml": "module D:1.0.0\n",
        "z.nml": "import A:1.0.0 as A\n",
    }
    _, _, program, problems = linked(files, "a.nml", "z.nml")
    assert problems == []
    assert [item.path for item in program.modules] == ["d.nml", "b/module.nml", "a.nml", "z.nml"]
    assert [str(item.ref) for item in program.modules] == ["D:1.0.0", "B.C:1.0.0", "A:1.0.0", "None"]
    assert resolved(program, "a.nml") == [("C", "B.C:1.0.0", "b/module.nml"), ("Other", "D:1.0.0", "d.nml")]


def test_only_what_is_needed_is_loaded():
    files = {
        "a.nml": "import B:1.0.0",
        "b.nml": "module B:1.0.0",
        "c.nml": "module C:1.0.0 fun fun fun",
        "d.nml": b"\xff",
    }
    _, _, program, problems = linked(files, "a.nml")
    assert problems == []
    assert [item.path for item in program.modules] == ["b.nml", "a.nml"]


def test_search_folders_and_the_standard_library():
    files = {
        "app/a.nml": "import V:1.0.0\nimport Sources:1.0.0 as S\nimport Std:1.0.0\n",
        "vendor/v.nml": "module V:1.0.0",
    }
    _, _, program, problems = linked(files, "app", extra=("vendor",))
    assert problems == []
    assert [path for *_, path in resolved(program, "app/a.nml")] == [
        "vendor/v.nml",
        "lib/nstack/modules/Sources.nml",
        "lib/nstack/modules/Std.nml",
    ]


def test_the_root_of_a_file_in_a_project():
    files = {"p/nstack-project.yaml": "modules: []", "p/a/module.nml": "import T:1.0.0", "p/t.nml": "module T:1.0.0"}
    _, _, program, problems = linked(files, "p/a/module.nml")
    assert problems == []
    assert resolved(program, "p/a/module.nml") == [("T", "T:1.0.0", "p/t.nml")]


def test_a_bad_reference_has_its_reason():
    files, _, program, problems = linked({"a.nml": "import Foo.Bar:1.0\nimport x/y/z/Bar:1.0.0 as B\n"})
    assert told(files, problems) == [("NS0202", "a.nml", "1.0"), ("NS0208", "a.nml", "x/y/z/Bar")]
    assert poisoned(program, "a.nml") == ["*", "B", "Bar"]  # neither is used: what either is called is not known
    assert mended(files, problems[0]).startswith("import Foo.Bar:1.0.0\n")


def test_a_bad_header_has_its_reason():
    files, _, program, problems = linked({"a.nml": "module demo:1.0.0\n"})
    assert told(files, problems) == [("NS0209", "a.nml", "demo")]
    assert program.modules[0].ref is None


def test_an_unknown_module():
    files, _, program, problems = linked({"a.nml": "import Movies.Typs:0.1.0 as T\n", "t.nml": TYPES})
    (problem,) = problems
    assert told(files, problems) == [("NS0211", "a.nml", "Movies.Typs:0.1.0")]
    assert problem.title == "there is no module `Movies.Typs`"
    assert problem.notes[0] == "did you mean `Movies.Types:0.1.0`?"
    assert mended(files, problem) == "import Movies.Types:0.1.0 as T\n"
    assert poisoned(program, "a.nml") == ["T"]


@pytest.mark.parametrize("written", ["Types:0.1.0", "someone/Movies.Types:0.1.0", "Movies.Types:0.1.0 "])
def test_a_module_under_another_name(written):
    files, _, _, problems = linked({"a.nml": f"import {written}", "t.nml": TYPES.replace("module ", "module me/")})
    assert told(files, problems) == [("NS0211", "a.nml", written.strip())]
    assert problems[0].fixes[0].edits[0].text == "me/Movies.Types:0.1.0"


def test_a_strange_module_gets_no_suggestion():
    _, _, _, problems = linked({"a.nml": "import Completely.Different:0.1.0", "t.nml": TYPES})
    assert problems[0].fixes == ()
    assert problems[0].notes == ("searched: ., and the standard library",)


def test_a_module_beside_what_is_searched_is_told_of_with_the_ways_to_find_it():
    files = {"flows/module.nml": "module Flows:1.0.0\nimport Movies.Types:0.1.0 as T", "types/module.nml": TYPES}
    _, _, _, problems = linked(files, "flows")
    assert problems[0].notes == (
        "searched: flows, and the standard library",
        "it lies in `types`, which was not searched: a file `nstack-project.yaml`, which may be empty, makes one "
        "project of both, and `--path types` finds it for one command",
    )
    _, _, _, problems = linked({**files, "nstack-project.yaml": ""}, "flows")
    assert not problems


def test_a_header_that_cannot_be_read_is_told_of_and_not_its_imports():
    files, _, program, problems = linked({"a.nml": "import Types:0.1.0", "t.nml": "module Types:0.1\n"}, "a.nml")
    assert told(files, problems) == [("NS0202", "t.nml", "0.1")]
    assert poisoned(program, "a.nml") == ["Types"]


@pytest.mark.parametrize("header", ["module Other.Types:0.1", "module Typesetting:0.1"])
def test_a_header_that_cannot_be_read_and_names_another_module_hides_no_import(header: str):
    files, *_, problems = linked({"a.nml": "import Types:0.1.0", "t.nml": f"{header}\n"}, "a.nml")
    assert told(files, problems) == [("NS0211", "a.nml", "Types:0.1.0")]
    assert problems[0].related[0].span == Span("t.nml", 7, len(header))


def test_of_two_versions_the_broken_one_is_not_taken_for_another():
    texts = {"t.nml": "module T:0.1.0", "u.nml": "module T:0.2"}
    for version, code in (("0.1.0", []), ("0.2.0", ["NS0202"]), ("0.3.0", ["NS0212"])):
        *_, problems = linked({"a.nml": f"import T:{version}", **texts}, "a.nml")
        assert [problem.code.id for problem in problems] == code


def test_a_module_without_a_header_is_told_of_once_at_its_start():
    texts = {"tools/module.nml": "#!/usr/bin/env nsc\nfun f : Text -> Text\n"}
    users = {f"{name}.nml": "import Text.Tools:0.1.0" for name in "abc"}
    files, *_, problems = linked({**texts, **users})
    (problem,) = problems
    assert told(files, problems) == [("NS0217", "tools/module.nml", "")]
    assert mended(files, problem) == "#!/usr/bin/env nsc\nmodule Text.Tools:0.1.0\n\nfun f : Text -> Text\n"


def test_a_header_gets_the_version_that_is_imported():
    files, *_, problems = linked({"a.nml": "import Types:0.3.0", "t.nml": "module Types\n"})
    assert told(files, problems) == [("NS0201", "t.nml", "Types")]
    assert mended(files, problems[0]) == "module Types:0.3.0\n"


def test_an_unknown_version():
    texts = {f"t{at}.nml": f"module T:{version}" for at, version in enumerate(["0.2.0", "0.10.0-SNAPSHOT", "0.10.0"])}
    files, _, program, problems = linked({"a.nml": "import T:0.1.0 as T\n", **texts}, "a.nml")
    (problem,) = problems
    assert told(files, problems) == [("NS0212", "a.nml", "0.1.0")]
    assert problem.title == "`T` has no version 0.1.0"
    assert problem.primary.text == "there is 0.10.0, 0.10.0-SNAPSHOT, 0.2.0"
    assert problem.notes[0] == "T:0.10.0 is in t2.nml"
    assert [mended(files, problem, at) for at in range(3)] == [
        "import T:0.10.0 as T\n",
        "import T:0.10.0-SNAPSHOT as T\n",
        "import T:0.2.0 as T\n",
    ]
    assert poisoned(program, "a.nml") == ["T"]


def test_the_version_is_marked_whatever_its_letters():
    files, *_, problems = linked(
        {"a.nml": "import nstack/T:0.1.0-SNAPSHOT-AB as T\n", "t.nml": "module T:0.1.0"}, "a.nml"
    )
    assert told(files, problems) == [("NS0212", "a.nml", "0.1.0-SNAPSHOT-AB")]


def test_a_self_import():
    text = "module A:1.0.0\nimport A:1.0.0 as Me;\nfun f : Text -> Me.T\n"
    files, _, program, problems = linked({"a.nml": text})
    assert told(files, problems) == [("NS0213", "a.nml", "A:1.0.0")]
    assert mended(files, problems[0]) == "module A:1.0.0\nfun f : Text -> T\n"
    assert poisoned(program, "a.nml") == ["Me"]


def test_a_ring_is_told_once_and_its_imports_are_poisoned():
    files, _, program, problems = linked(
        {
            "a.nml": "module A:1.0.0\nimport B:1.0.0\nimport D:1.0.0",
            "b.nml": "module B:1.0.0\nimport C:1.0.0 as See",
            "c.nml": "module C:1.0.0\nimport A:1.0.0",
            "d.nml": "module D:1.0.0",
            "e.nml": "import C:1.0.0",
        }
    )
    assert told(files, problems) == [("NS0214", "a.nml", "B:1.0.0")]
    assert [(label.span.path, label.text) for label in problems[0].related] == [
        ("b.nml", "B:1.0.0 imports C:1.0.0"),
        ("c.nml", "C:1.0.0 imports A:1.0.0"),
    ]
    assert [poisoned(program, f"{name}.nml") for name in "abce"] == [["B"], ["See"], ["A"], []]
    assert resolved(program, "a.nml") == [("D", "D:1.0.0", "d.nml")]


def test_an_alias_is_given_once():
    texts = {"a.nml": "import X.T:1.0.0\nimport Y.T:1.0.0", "x.nml": "module X.T:1.0.0", "y.nml": "module Y.T:1.0.0"}
    files, _, program, problems = linked(texts)
    (problem,) = problems
    assert told(files, problems) == [("NS0215", "a.nml", "Y.T:1.0.0")]
    assert problem.related[0].span == Span("a.nml", 7, 16)
    assert mended(files, problem) == "import X.T:1.0.0\nimport Y.T:1.0.0 as YT"
    assert resolved(program, "a.nml") == [], "which of the two is meant cannot be said"


def test_an_alias_given_twice_is_marked_itself():
    texts = {"a.nml": "import X:1.0.0 as T\nimport Y:1.0.0 as T", "x.nml": "module X:1.0.0", "y.nml": "module Y:1.0.0"}
    files, _, _, problems = linked(texts)
    assert told(files, problems) == [("NS0215", "a.nml", "T")]
    assert problems[0].primary.span.start == 38
    assert mended(files, problems[0]).endswith("import Y:1.0.0 as Y")


def test_reserved_aliases():
    texts = {
        "a.nml": "import My.Sources:1.0.0\nimport M:1.0.0 as Std\nimport Std:1.0.0",
        "s.nml": "module My.Sources:1.0.0",
        "m.nml": "module M:1.0.0",
    }
    files, _, program, problems = linked(texts)
    assert told(files, problems) == [("NS0216", "a.nml", "My.Sources:1.0.0"), ("NS0216", "a.nml", "Std")]
    assert mended(files, problems[0]).startswith("import My.Sources:1.0.0 as MySources\n")
    assert mended(files, problems[1]).endswith("import M:1.0.0 as M\nimport Std:1.0.0")
    assert resolved(program, "a.nml") == [("Std", "Std:1.0.0", "lib/nstack/modules/Std.nml")]


def test_a_script_cannot_be_imported():
    script = "cleaning.nml"
    files, _, program, problems = linked(
        {"a.nml": "import My.Cleaning:0.1.0 as C", script: "#!/x\nfun f : Text -> Text"}, "a.nml"
    )
    (problem,) = problems
    assert told(files, problems) == [("NS0217", "a.nml", "My.Cleaning:0.1.0")]
    assert problem.title == "`" + script + "` is a script and cannot be imported"
    assert problem.related[0].span == Span(script, 5, 5)
    assert mended(files, problem) == "#!/x\nmodule My.Cleaning:0.1.0\n\nfun f : Text -> Text"
    assert poisoned(program, "a.nml") == ["C"]


def test_a_module_in_two_places_is_told_once():
    texts = {
        "app/a.nml": "import D:1.0.0",
        "app/b.nml": "import D:1.0.0 as Other",
        "app/d.nml": "module D:1.0.0",
        "vendor/d.nml": "module D:1.0.0",
    }
    files, _, program, problems = linked(texts, "app", extra=("vendor",))
    assert told(files, problems) == [("NS0218", "app/d.nml", "D:1.0.0")]
    assert problems[0].related[0].span == Span("vendor/d.nml", 7, 14)
    assert (poisoned(program, "app/a.nml"), poisoned(program, "app/b.nml")) == (["D"], ["Other"])


def test_copies_that_nobody_imports_do_no_harm():
    texts = {
        ".git/HEAD": "",
        "a/a.nml": "import D:1.0.0",
        "d.nml": "module D:1.0.0",
        "x.nml": "module X:1.0.0",
        "y.nml": "module X:1.0.0",
    }
    _, _, _, problems = linked(texts, "a")
    assert problems == []


def test_a_standard_module_may_not_be_claimed():
    files, _, _, problems = linked({"s.nml": "module Std:1.0.0", "a.nml": "import Std:1.0.0 as S"}, "a.nml")
    assert told(files, problems) == [("NS0218", "s.nml", "Std:1.0.0")]


def test_two_versions_in_one_program():
    files, _, _, problems = linked(
        {
            "c1.nml": "module C:1.0.0",
            "c2.nml": "module C:1.1.0",
            "left.nml": "module Left:1.0.0\nimport C:1.0.0",
            "right.nml": "module Right:1.0.0\nimport C:1.1.0",
            "main.nml": "module Main:1.0.0\nimport Left:1.0.0\nimport Right:1.0.0",
            "more.nml": "import Main:1.0.0",
        }
    )
    (problem,) = problems
    assert told(files, problems) == [("NS0219", "left.nml", "C:1.0.0")]
    assert problem.severity is Severity.HINT
    assert problem.title == "`C` is in one program as 1.0.0 and 1.1.0"
    assert [label.span for label in problem.related] == [Span("right.nml", 26, 33)]


def test_versions_in_different_programs_are_no_news():
    _, _, _, problems = linked(
        {
            "c1.nml": "module C:1.0.0",
            "c2.nml": "module C:1.1.0",
            "left.nml": "import C:1.0.0",
            "right.nml": "import C:1.1.0",
        }
    )
    assert problems == []


def test_a_version_that_imports_an_older_one():
    files, _, _, problems = linked({"c1.nml": "module C:1.0.0", "c2.nml": "module C:1.1.0\nimport C:1.0.0 as Old"})
    assert told(files, problems) == [("NS0219", "c2.nml", "C:1.0.0")]
    assert problems[0].related[0].span == Span("c2.nml", 7, 14)


@pytest.mark.parametrize(
    "written",
    [
        "Demo.Types",
        "demo.types:1.2.0",
        "Demo.Types:v1.2.0",
        "Demo.Types-1.2.0",
        "Demo.Types/1.2.0",
        "Demo.Types:latest",
    ],
)
def test_a_faulty_reference_gets_the_versions_that_there_are(written):
    files = {
        "a.nml": f"import {written} as T\ntype U = T.New\n",
        "old.nml": "module Demo.Types:1.1.0\ntype Old = Text\n",
        "new.nml": "module Demo.Types:1.2.0\ntype New = Text\n",
    }
    memory, _, _, problems = linked(files, "a.nml")
    (problem,) = problems
    assert [fix.title for fix in problem.fixes] == ["import `Demo.Types:1.2.0`"]
    assert mended(memory, problem) == "import Demo.Types:1.2.0 as T\ntype U = T.New\n"


def test_all_that_is_wrong_in_a_header_is_mended_at_once():
    files = {"a.nml": "module demo.types:v1.2\n"}
    memory, _, _, problems = linked(files, "a.nml")
    (problem,) = problems
    assert mended(memory, problem) == "module Demo.Types:1.2.0\n"
