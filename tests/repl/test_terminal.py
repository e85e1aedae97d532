"""``nsc repl`` on a real terminal."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens import Terminal, prompt

MODULE = "module Words:0.1.0\n\nfun split : Text -> [Text]\n\nfun sleep : Text -> Text\n"
SERVICE = """import time

import nstack


class Module(nstack.Module):
    def split(self, line):
        return line.split()

    def sleep(self, text):
        print("asleep", flush=True)
        time.sleep(600)
        return text
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a module in it."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words/module.nml").write_text(MODULE)
    (tmp_path / "words/service.py").write_text(SERVICE)
    return tmp_path


def session(folder: Path, *options: str, **more: str) -> Terminal:
    """A prompt in a folder."""
    left_out = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"XDG_STATE_HOME": str(folder / "state"), **more}
    return Terminal([sys.executable, "-m", "nscompiler", "repl", *options], folder, environment)


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    """A prompt that waits for its first cell."""
    with session(folder) as opened:
        opened.wait(prompt(1))
        yield opened


def colors(terminal: Terminal, text: str) -> set[str]:
    """The colours of a text where it first stands on the screen."""
    row = next(row for row, line in enumerate(terminal.lines) if text in line)
    start = terminal.lines[row].index(text)
    return {terminal.screen.buffer[row][column].fg for column in range(start, start + len(text))}


def test_cells_of_several_lines_results_errors_and_the_way_out(terminal: Terminal) -> None:
    terminal.press("import Words:0.1.0 as W\r")
    terminal.wait(prompt(2))
    terminal.press("def both =\r")
    terminal.wait("\n..")
    terminal.press("W.split* |\r")
    terminal.press("Conv.to_json\r")
    terminal.wait("both : Text -> Text")
    terminal.wait(prompt(3))
    terminal.press('["a b"] | both\r')
    terminal.wait('"\\"a\\""')
    terminal.wait(prompt(4))
    terminal.press("[1] | both\r")
    terminal.wait("error[NS0301]")
    terminal.wait(prompt(5))
    assert " --> cell 4:1:7" in terminal.text
    terminal.press("[1, \r\r")  # an empty line ends the cell whatever is open
    terminal.wait("This `[` is never closed")
    terminal.wait(prompt(6))
    terminal.press("\x04")
    assert terminal.ended() == 0


@pytest.mark.thorough
def test_control_c_clears_the_line_and_stops_a_run_and_not_the_session(terminal: Terminal) -> None:
    terminal.press("import Words:0.1.0 as W\r")
    terminal.wait(prompt(2))
    terminal.press("[1, 2")
    terminal.wait("[1, 2")
    terminal.press("\x03")
    terminal.wait(prompt(2))
    terminal.press('["a"] | W.sleep\r')
    terminal.wait("asleep")
    terminal.press("\x03")
    terminal.wait("note: interrupted")
    terminal.wait(prompt(3))
    terminal.press('["still here"]\r')
    terminal.wait('\n"still here"')
    terminal.wait(prompt(4))
    terminal.press(":quit\r")
    assert terminal.ended() == 0


def test_what_flows_is_shown_below_while_a_cell_is_typed(terminal: Terminal) -> None:
    terminal.press("import Words:0.1.0 as W\r")
    terminal.wait(prompt(2))
    terminal.press('["a b"] | W.split | ')
    terminal.wait("\nflows here: [Text]")
    terminal.press("\x7f" * 10)
    terminal.wait("\nflows here: Text")
    terminal.press("\x03")
    terminal.wait(prompt(2))


@pytest.mark.thorough
def test_history_goes_over_sessions(folder: Path) -> None:
    with session(folder) as first:
        first.wait(prompt(1))
        first.press("def one =\r Conv.to_json\r")
        first.wait(prompt(2))
        first.press('["x"]\r')
        first.wait(prompt(3))
        first.press("\x04")
        assert first.ended() == 0
    with session(folder) as second:
        second.wait(prompt(1))
        second.press("\x1b[A")
        second.wait('1> ["x"]')
        second.press("\x1b[A")
        second.wait("Conv.to_json")
        second.press("\x1b[A\x03")
        second.wait(prompt(1))
        second.press(":history\r")
        second.wait(prompt(2))
        assert '["x"]\n:history\n' in second.text


def test_completion_of_code_and_commands(terminal: Terminal) -> None:
    terminal.press("import Words:0.1.0 as W\r")
    terminal.wait(prompt(2))
    terminal.press('["a"] | W.\t')
    terminal.wait(lambda shown: shown.text.count("split") == 1 and "sleep" in shown.text)
    terminal.press("\x03")
    terminal.wait(prompt(2))
    terminal.press('["a"] | W.s\t')
    terminal.wait("W.split")
    terminal.press("\t")
    terminal.wait('2> ["a"] | W.sleep')
    terminal.press("\r!")  # Enter takes what is chosen, and ends neither the line nor the cell
    terminal.wait('2> ["a"] | W.sleep!')
    terminal.press("\x03")
    terminal.wait(prompt(2))
    terminal.press(":gr\t")
    terminal.wait("2> :graph")
    terminal.press("\x03")
    terminal.wait(prompt(2))
    terminal.press(":load wo\t")
    terminal.wait("2> :load words/")


def test_colours(folder: Path) -> None:
    with session(folder) as opened:
        opened.wait(prompt(1))
        opened.press('def f = ["text", "more"]')
        opened.wait('"more"')
        opened.wait(lambda shown: (colors(shown, "def"), colors(shown, '"text"')) == ({"magenta"}, {"green"}))
        opened.press("\r")
        opened.wait("f : Void -> Text")
        opened.wait(prompt(2))
        opened.press(':type "after a command"')
        opened.wait('command"')
        opened.wait(lambda shown: (colors(shown, ":type"), colors(shown, '"after')) == ({"magenta"}, {"green"}))
        opened.press("\x03")
        opened.wait(prompt(2))
        assert "cyan" in colors(opened, "Text")


@pytest.mark.thorough
def test_colours_that_were_asked_for_win_over_the_environment(folder: Path) -> None:
    with session(folder, "--color", "always", NO_COLOR="1") as opened:
        opened.wait(prompt(1))
        opened.press('def f = ["text"]')
        opened.wait(lambda shown: "def" in shown.text and colors(shown, "def") == {"magenta"})


@pytest.mark.thorough
@pytest.mark.parametrize(("options", "more"), [(("--color", "never"), {}), ((), {"NO_COLOR": "1"})])
def test_no_colours(folder: Path, options: tuple[str, ...], more: dict[str, str]) -> None:
    with session(folder, *options, **more) as opened:
        opened.wait(prompt(1))
        opened.press('def f = ["text"]\r')
        opened.wait(prompt(2))
        opened.press("nothing\r")
        opened.wait(prompt(3))
        used = {cell.fg for row in opened.screen.buffer.values() for cell in row.values()}
        assert used == {"default"}
