"""What is offered while a cell is typed."""

from pathlib import Path

import pytest

from nscompiler.tools.repl.commands import COMMANDS, answer
from nscompiler.tools.repl.completion import offers
from nscompiler.tools.repl.engine import Offer, about, flowing
from nscompiler.tools.repl.session import Session

WORDS = """module Words:0.1.0

type Count = { word : Text, times : Integer }

/// The words of a line.
fun split : Text -> [Text]

fun count : Text -> Count

fun frequent : Count -> optional Count with { least : Integer = 2 }
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A session with a module imported and a definition."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words/module.nml").write_text(WORDS)
    (tmp_path / "other.nml").write_text("module Other:1.0.0\n\nfun shout : Text -> Text\n")
    session = Session(str(tmp_path))
    answer(session, "import Words:0.1.0 as W")
    answer(session, "def counts = W.split* | W.count")
    session.read_all()
    return session


def offered(session: Session, cell: str) -> list[Offer]:
    """The offers where ``^`` stands in a cell."""
    return list(offers(session, cell.replace("^", ""), cell.index("^")))


def labels(session: Session, cell: str) -> list[str]:
    """What is listed."""
    return [offer.label for offer in offered(session, cell)]


def test_after_a_bar_what_fits_comes_first(session: Session) -> None:
    found = labels(session, '["a"] | W.^')
    assert found == ["W.count", "W.split", "W.frequent"]
    assert labels(session, '["a"] | counts | W.^')[0] == "W.frequent"
    note = next(offer.detail for offer in offered(session, '["a"] | W.^') if offer.label == "W.frequent")
    assert note == "Count -> optional Count; takes Count"


def test_parameters_types_and_names_of_the_session(session: Session) -> None:
    assert labels(session, "W.frequent { ^")[0] == "least"
    assert "W.Count" in labels(session, "def x : ^")
    assert labels(session, "cou^") == ["W.count", "counts"]
    assert "counts" not in labels(session, "def counts = ^"), "which that would replace"


def test_what_is_replaced_is_the_word(session: Session) -> None:
    (offer,) = offered(session, '["a"] | W.sp^ | Sinks.log')
    assert (offer.start, offer.end, offer.text) == (8, 12, "W.split")


def test_what_has_to_be_imported_brings_its_import(session: Session) -> None:
    (offer,) = [offer for offer in offered(session, '["a"] | shou^') if "shout" in offer.label]
    assert (offer.start, offer.text) == (0, 'import Other:1.0.0\n["a"] | Other.shout')
    assert answer(session, offer.text).value is not None


def test_an_import_in_the_first_cell(session: Session) -> None:
    first = Session(session.folder)
    assert offered(first, '["a"] | shou^') == [], "nobody has looked what there is"
    first.read_all()
    (offer,) = [offer for offer in offered(first, '["a"] | shou^') if "shout" in offer.label]
    assert answer(first, offer.text).value is not None


def test_a_stage_that_takes_the_items_brings_a_star_for_the_one_before(session: Session) -> None:
    (offer,) = [offer for offer in offered(session, '["a"] | W.split | cou^') if offer.label == "W.count"]
    assert (offer.start, offer.text) == (15, "* | W.count")
    assert answer(session, '["a"] | W.split' + offer.text).value is not None


def test_imports(session: Session) -> None:
    assert "Other:1.0.0" in [offer.label for offer in offered(session, "import Oth^")]


def test_commands_and_what_they_take(session: Session, tmp_path: Path) -> None:
    assert labels(session, ":^") == [f":{name}" for name in COMMANDS]
    assert labels(session, ":s^") == [":set", ":save"]
    assert labels(session, ":load wo^") == ["words/"]
    assert labels(session, ":load words/^") == ["words/module.nml"]
    assert labels(session, ":explain ns030^")[:2] == ["NS0301", "NS0302"]
    assert labels(session, ":explain type-m^") == ["type-mismatch"]
    assert labels(session, ":set le^") == ["least="]
    assert labels(session, ":set ti^") == ["time on", "timeout="]
    assert labels(session, ":list W^") == ["W"]
    assert labels(session, ":help gr^") == ["graph"]
    answer(session, ":set least=3")
    assert labels(session, ":unset ^") == ["least"]
    assert labels(session, ":reload ^") == []
    assert labels(session, ":nonsense ^") == []


def test_the_expression_of_a_command_is_code(session: Session) -> None:
    (offer,) = offered(session, ":type   counts | W.fr^")
    assert (offer.start, offer.end, offer.text) == (17, 21, "W.frequent")
    assert labels(session, ":doc cou^") == ["W.count", "counts"]


def test_an_import_in_the_cell_itself_counts(session: Session) -> None:
    assert labels(session, "import Other:1.0.0 as O\nO.^") == ["O.shout"]
    assert flowing(session, "import Words:0.1.0 as V\nV.split | ", 34) == "[Text]"


@pytest.mark.parametrize(
    ("cell", "type"),
    [
        ('["a"] | ^', "Text"),
        ('["a"] | counts | W.fr^', "Count"),
        ("def x = W.split* | ^", "Text"),
        ('"a|b" | W.split | ^ | Sinks.log', "[Text]"),
        ('["a"] | ^counts | Sinks.log', "Text"),
        ("counts^", None),
        ("[1] | (counts | ^", None),
        ("type T = A | ^", None),
        ("counts | Sinks.log | ^", None),
        (":type counts | ^", None),
        ("", None),
    ],
)
def test_what_flows_into_the_stage_at_the_cursor(session: Session, cell: str, type: str | None) -> None:
    assert flowing(session, cell.replace("^", ""), max(cell.find("^"), 0)) == type


def test_looking_changes_nothing(session: Session) -> None:
    before = session.whole().text
    for cell in ("def counts = ^", "import Oth^", "}}} ^", '"""^'):
        offered(session, cell)
    assert session.whole().text == before
    assert answer(session, "counts").value is not None


def test_what_is_known_of_a_place(session: Session) -> None:
    assert "The words of a line." in (about(session, "W.split* | W.count", 3) or "")
    assert about(session, "W.split* | W.count", 9) == "```nml\nText\n```", "what flows there"
    assert about(session, "   ", 1) is None
