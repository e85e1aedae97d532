"""What a session makes of its cells, without a screen."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.files import MemoryFiles
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.repl.commands import COMMANDS, answer
from nscompiler.tools.repl.reply import Reply
from nscompiler.tools.repl.session import Session

WORDS = """/// Words of a text.
module Words:0.1.0

/// How often a word was there.
type Count = { word : Text, times : Integer }

/// The words of a line.
fun split : Text -> [Text]

fun count : Text -> Count

/// Lets frequent words pass.
fun frequent : Count -> optional Count with { least : Integer = 2 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one module in it."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words/module.nml").write_text(WORDS)
    return tmp_path


@pytest.fixture
def session(folder: Path) -> Session:
    """A session in that folder, with the module imported."""
    session = Session(str(folder))
    assert answer(session, "import Words:0.1.0 as W").imported == ("W",)
    return session


def shown(reply: Reply) -> list[str]:
    """The titles of a reply's problems."""
    return [problem.title for problem in reply.problems]


def value(session: Session, cell: str) -> tuple[str, bool]:
    """The type that is shown for an expression, and whether it runs."""
    reply = answer(session, cell)
    assert reply.value is not None, shown(reply)
    return reply.value.shown, reply.value.runs


def names(session: Session) -> list[str]:
    """What is in force."""
    return sorted(item.name for item in session.items)


def test_definitions_and_imports_stay(session: Session) -> None:
    (defined,) = answer(session, "def counts = W.split* | W.count").defined
    assert (defined.name, defined.shown, defined.replaced) == ("counts", "Text -> Count", False)
    assert value(session, "counts") == ("Text -> Count", False)


@pytest.mark.parametrize(
    ("cell", "type", "runs"),
    [
        ("W.frequent", "Count -> optional Count with { least : Integer = 2 }", False),
        ("[1, 2, 3]", "Void -> Integer", True),
        ('"a b" | W.split', "Void -> [Text]", True),
        ('["a"] | W.split* & ["b"]', "Void -> Text", True),
        ('["a"] | Sinks.log', "Workflow", True),
        ("Sources.stdin | Sinks.log", "Workflow with { max_line : Integer = 67108864 }", True),
        ("Sources.stdin", "Void -> Text with { max_line : Integer = 67108864 }", False),
        ("[1] & Sources.schedule | Conv.to_json", None, None),
        ('Sources.stdin & ["a"]', "Void -> Text with { max_line : Integer = 67108864 }", False),
        ("[]", "Void -> a", False),
    ],
)
def test_an_expression_shows_its_type_and_runs_where_all_its_values_stand_in_it(
    session: Session, cell: str, type: str | None, runs: bool | None
) -> None:
    if type is None:
        assert answer(session, cell).failed
    else:
        assert value(session, cell) == (type, runs)


def test_literals_are_found_through_definitions(session: Session) -> None:
    answer(session, "def numbers = [1, 2]\ndef both = numbers & [3]")
    assert value(session, "both | Conv.to_json") == ("Void -> Text", True)


def test_all_literals_run_and_not_just_the_first_few(session: Session) -> None:
    reply = answer(session, f"{list(range(100))} | Conv.to_json")
    assert reply.value is not None
    graph, problems = session.graph(reply.value)
    assert (problems, graph and graph.limit) == ((), None)


def test_places_that_a_program_names_are_those_of_the_cells(session: Session) -> None:
    answer(session, "def shown =\n  Conv.to_json")
    reply = answer(session, "[1, 2]\n  | shown\n  | Sinks.log")
    assert reply.value is not None
    graph, _ = session.graph(reply.value)
    assert graph is not None
    places = {(node.kind, node.origin.file, node.origin.line, node.origin.column) for node in graph.nodes}
    assert places == {("literal", "cell 3", 1, 1), ("call", "cell 2", 2, 3), ("sink", "cell 3", 3, 5)}


def test_a_broken_cell_changes_nothing(session: Session) -> None:
    answer(session, "def a = W.split*")
    before = session.whole().text
    for cell in (
        "def a = |",
        "def a = nothing",
        "def b = W.split | W.split",
        "def c = a\ndef c = a",
        "import No:1.0.0",
    ):
        reply = answer(session, cell)
        assert reply.failed, cell
        assert any(problem.is_error for problem in reply.problems), cell
        assert session.whole().text == before


def test_a_problem_points_into_the_cells(session: Session) -> None:
    answer(session, "def counts = W.split* | W.count")
    reply = answer(session, "// first\n[1]\n  | counts")
    (problem,) = reply.problems
    source = reply.sources[problem.primary.span.path]
    place = source.lines.position(problem.primary.span.start)
    assert (source.path, place.line, place.column) == ("cell 3", 3, 5)
    declared = [label.span for label in problem.related if label.span.path == "cell 2"]
    assert [reply.sources["cell 2"].text[span.start : span.end] for span in declared] == ["counts"]


def test_a_later_definition_replaces_an_earlier_one(session: Session) -> None:
    answer(session, "def a = W.split*")
    answer(session, "def b = a")
    (defined,) = answer(session, "def a = W.split").defined
    assert defined.replaced
    assert value(session, "b") == ("Text -> [Text]", False)


def test_what_a_new_definition_breaks_is_set_aside_and_comes_back(session: Session) -> None:
    answer(session, "def a = W.split* | W.count")
    answer(session, "def b = a | W.frequent?")
    answer(session, "def c = b | Sinks.log")
    reply = answer(session, "def a = W.split*")
    assert (reply.failed, reply.set_aside) == (True, ("b", "c"))
    assert shown(reply) == ["`a` gives Text, but `W.frequent` needs Count"], "and not what follows from it"
    assert names(session) == ["W", "a"]
    refused = answer(session, "c")
    assert "`c` is set aside" in refused.notes[0]
    assert "// set aside: def b = a | W.frequent?" in answer(session, ":list").text
    assert answer(session, "def a = W.split* | W.count").restored == ("b", "c")
    assert value(session, '["a"] | c') == ("Workflow with { least : Integer = 2 }", True)


def test_what_is_set_aside_can_be_given_another_meaning(session: Session) -> None:
    answer(session, "def a = W.split*\ndef b = a | W.count")
    assert answer(session, "def a = W.count").set_aside == ("b",)
    assert answer(session, "def b = a").set_aside == ()
    assert value(session, "b") == ("Text -> Count", False)


def test_an_alias_that_is_given_again_stands_for_the_other_module(session: Session, folder: Path) -> None:
    answer(session, "def a = W.count")
    (folder / "other.nml").write_text("module Other:1.0.0\n\nfun split : Text -> Integer\n")
    answer(session, ":reload")
    reply = answer(session, "import Other:1.0.0 as W")
    assert reply.set_aside == ("a",)
    assert value(session, "W.split") == ("Text -> Integer", False)


def test_types_functions_and_separators(session: Session) -> None:
    answer(session, "type Pair a = (a, a); // two\nfun swap : Pair Text -> Pair Text; /* ; */\nswap")
    answer(session, "/// Twice.\ndef twice = swap | swap; type Other = Text")
    assert names(session) == ["Other", "Pair", "W", "swap", "twice"]
    assert value(session, "twice") == ("Pair Text -> Pair Text", False)


def test_warnings_are_told_once(session: Session) -> None:
    reply = answer(session, "def a = W.frequent { least = 1 } { least = 3 }")
    assert (reply.failed, len(reply.problems)) == (False, 1)
    assert answer(session, "def b = a").problems == ()


def test_a_module_is_not_written_at_the_prompt(session: Session) -> None:
    reply = answer(session, "module A:1.0.0\n\ndef a = Conv.to_json")
    assert "module" in reply.error


def test_main_is_the_expression(session: Session) -> None:
    assert "`main`" in answer(session, "def main = W.split").error
    assert names(session) == ["W"]


def test_a_saved_session_says_the_same(session: Session, folder: Path) -> None:
    answer(session, "def a = W.split* | W.count // counted")
    answer(session, "def b = a | W.frequent?")
    answer(session, "def a = W.split*")
    answer(session, '["x"] | a')
    saved = answer(session, ":save kept.nml")
    assert saved.written is not None
    assert saved.written.text.startswith("import Words:0.1.0 as W\n\n")
    assert saved.written.text.endswith('\n["x"] | a\n')
    (folder / "kept.nml").write_text(saved.written.text)
    checked = Compilation(MemoryFiles({}, session.files), (str(folder / "kept.nml"),)).problems
    assert [(problem.code.id, problem.title) for problem in checked] == [
        (problem.code.id, problem.title) for problem in saved.problems
    ]
    assert "needs Count" in checked[0].title


def test_parameters_go_to_what_reads_them(session: Session) -> None:
    answer(session, ":set least = 3")
    answer(session, ":set retry=2")
    frequent, split = answer(session, ":time [] | W.count | W.frequent"), answer(session, "'")
    assert frequent.value is not None
    assert session.arguments(frequent.value) == ["--quiet", "-p", "least=3", "-p", "retry=2"]
    assert split.failed
    log = answer(session, "[1] | Sinks.log")
    assert log.value is not None
    assert session.arguments(log.value) == ["-p", "retry=2"]
    assert answer(session, ":set").text.splitlines()[:2] == ["least=3", "retry=2"]
    answer(session, ":unset least")
    assert session.parameters == {"retry": "2"}


def test_loading_modules_and_scripts(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = Session(str(tmp_path_factory.mktemp("elsewhere")))
    assert answer(elsewhere, f":load {folder}/words").imported == ("Words",)
    assert value(elsewhere, "Words.count") == ("Text -> Count", False)
    (folder / "one.nml").write_text("import Words:0.1.0 as W\n\nfun shout : Text -> Text\n\ndef a = shout | W.split\n")
    assert [one.name for one in answer(elsewhere, f":load {folder}/one.nml").defined] == ["shout", "a"]
    assert elsewhere.path == str(folder / "one.nml"), "whose Python file has the method of `shout`"
    (folder / "two.nml").write_text("fun whisper : Text -> Text\n")
    assert "already has functions" in answer(elsewhere, f":load {folder}/two.nml").error


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (".", "no module's folder"),
        ("nowhere.nml", "there is no file"),
        ("bad.nml", "ends before it is complete"),
        ("bytes.nml", "UTF-8"),
    ],
)
def test_what_cannot_be_loaded(session: Session, folder: Path, path: str, told: str) -> None:
    (folder / "bad.nml").write_text("def a =")
    (folder / "bytes.nml").write_bytes(b"def a = \xff\xff")
    reply = answer(session, f":load {path}")
    assert reply.failed
    assert told in reply.error + "".join(shown(reply))
    assert names(session) == ["W"]


def test_reloading(session: Session, folder: Path) -> None:
    (folder / "one.nml").write_text("def one = Conv.to_json<Text>\ndef gone = one\n")
    answer(session, ":load one.nml")
    answer(session, "def a = W.count\ndef b = one | Conv.from_json<Text>")
    (folder / "words/module.nml").write_text(WORDS.replace("fun count : Text", "fun count : [Text]"))
    (folder / "one.nml").write_text("def one = Conv.to_json<Integer>\n")
    answer(session, ":reload")
    assert value(session, "a") == ("[Text] -> Count", False)
    assert value(session, "b") == ("Integer -> Text", False)
    assert "gone" not in names(session)
    (folder / "words/module.nml").write_text("module Words:0.1.0\n\nfun split : [")
    assert answer(session, ":reload").set_aside == ("W", "a")
    (folder / "words/module.nml").write_text(WORDS)
    assert answer(session, ":reload").restored == ("W", "a")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_refuses_what_it_cannot_take(session: Session, name: str) -> None:
    command = COMMANDS[name]
    assert answer(session, f":help {name}").text.startswith(command.usage)
    assert command.usage in answer(session, ":help").text
    if not command.takes.startswith("["):
        reply = answer(session, f":{name}" if command.takes else f":{name} much")
        assert reply.failed
        assert reply.notes == (f"usage: {command.usage}",)


@pytest.mark.parametrize(
    ("cell", "error", "note"),
    [
        (":tpye W.count", "there is no command `:tpye`", "did you mean `:type`?"),
        (":", "there is no command `:`", "`:help` lists them"),
        (":help nothing", "there is no command `:nothing`", "`:help` lists them"),
        (":doc W.cont", "nothing is called `W.cont`", "did you mean `W.Count` or `W.count`?"),
        (":list V", "no module is imported as `V`", "`:list` alone shows the session"),
        (":type def a = W.count", "an expression is wanted here, and this is a declaration", ""),
        (
            ":time W.count",
            "this does not run by itself",
            "what runs is a workflow, or a pipe that starts with literals",
        ),
        (":set types maybe", "`types maybe` is no setting", "a parameter is set by `:set name=value`"),
        (":unset least", "no parameter `least` is set", "`:set` lists what is set"),
        (":save", "`:save` wants a file", "usage: :save FILE.nml"),
        (":save a.txt", "a.txt is no `.nml` file", "a script that nsc checks and runs has that ending"),
        (":history many", "`many` is no number of cells", "usage: :history [COUNT]"),
        (":explain", "nothing was wrong so far", "usage: :explain NS0301"),
    ],
)
def test_a_command_that_cannot_be_followed_says_why(session: Session, cell: str, error: str, note: str) -> None:
    reply = answer(session, cell)
    assert (reply.failed, reply.error) == (True, error)
    assert note in ("", *reply.notes)


def test_commands_may_be_shortened(session: Session) -> None:
    reply = answer(session, ":t W.count")
    assert reply.value is not None
    assert not reply.value.runs
    assert answer(session, ":q").leave


def test_a_command_points_into_its_own_text(session: Session) -> None:
    reply = answer(session, "  :type   W.count | W.split")
    (problem,) = reply.problems
    source = reply.sources[problem.primary.span.path]
    assert source.text[problem.primary.span.start :] == "W.split"
    assert answer(session, ":explain").explained == "NS0301"


def test_what_is_no_workflow_is_not_called_by_a_name_that_nobody_gave_it(session: Session) -> None:
    value = answer(session, ":graph W.count").picture
    assert value is not None
    graph, (problem,) = session.drawn(value)
    assert graph is None
    assert problem.title == "this is a function, not a workflow"


def test_documentation(session: Session) -> None:
    function = answer(session, ":doc W.frequent").text
    assert function.startswith("```nml\nfun frequent : W.Count -> optional W.Count\n```\n")
    assert "Lets frequent words pass." in function
    assert "- `least : Integer = 2`, read by `Words.frequent`" in function
    assert "How often a word was there." in answer(session, ":doc W.Count").text
    assert "Words of a text." in answer(session, ":doc W").text
    answer(session, "/// Mine.\ndef mine = W.count\n/// Pairs.\ntype Pair a = (a, a)")
    assert "Mine." in answer(session, ":doc mine").text
    assert "Pairs." in answer(session, ":doc Pair").text
    assert "module Std:1.0.0" in answer(session, ":doc Std").text


def test_the_name_of_the_session_is_free(tmp_path: Path) -> None:
    (tmp_path / "session.py").write_text("")
    (tmp_path / "session_2.nml").write_text("")
    assert Session(str(tmp_path)).path == str(tmp_path / "session_3.nml")


PIECES = (
    "def a = Conv.to_json<Integer>",
    "def a = Conv.from_json<Integer>",
    "def b = a | Conv.from_json<Integer>",
    "def c = b | b",
    "type T = Integer",
    "type T = Text",
    "fun d : T -> Integer",
    "def e = d | a",
    "[1] | a",
    "c",
    "def a = |",
    "nothing",
    ":list",
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_whatever_is_typed_what_is_in_force_checks(cells: list[str]) -> None:
    goes_well(cells)


@pytest.mark.soak
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_long_sessions(cells: list[str]) -> None:
    goes_well(cells)


def goes_well(cells: list[str]) -> None:
    """Whether a failed cell changes nothing, and all in force is what a check from scratch finds right; what is set
    aside would be wrong in it."""
    standard = standard_folder()
    session = Session("/here")
    for cell in cells:
        before = session.whole().text
        reply = answer(session, cell)
        if reply.failed and not reply.set_aside:
            assert session.whole().text == before
    text = "".join(f"{item.text}\n" for item in session.items) or "def other = Conv.to_json"
    assert not errors(text, session, standard)
    for item in session.set_aside:
        assert errors(f"{text}\n{item.text}", session, standard), item.text


def errors(text: str, session: Session, standard: str) -> list[str]:
    """What a check from scratch finds wrong with a script."""
    files = MemoryFiles({"/made/s.nml": text}, session.files)
    problems = Compilation(files, ("/made/s.nml",), (), standard).problems
    return [problem.title for problem in problems if problem.is_error]
