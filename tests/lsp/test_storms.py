"""Whatever is typed in whatever order: the server lives, and knows in the end what a new one finds."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from clients import FULL, PULLS, capabilities
from editor import CONVERTER, Editor, parameters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lsprotocol import types
from test_walk import WORKSPACE

NAMES = tuple(WORKSPACE)
PIECES = (
    *("def f = ", "S.find", " | ", "& ", '{ store = "x" }', "\n", "\r\n", "\r", "import Base:0.1.0 as B\n", "B.half"),
    *("fun g : Text -> ", "Integer", "type T = { a : Text }\n", "module Shop:0.2.0\n", "/*", "*/", "// 𝄞\n", "\ud834"),
    *("\udd1e", '"', "(", "}", "?", "*", "\u2028", "\x0c", "é", "    def count(self, x):\n", "class Module:\n"),
    *("modules: [", "\t", "def f = g | g\n"),
)
ASKED = (types.TEXT_DOCUMENT_HOVER, types.TEXT_DOCUMENT_COMPLETION, types.TEXT_DOCUMENT_DEFINITION)

place = st.floats(0, 1)
name = st.sampled_from(NAMES)
steps = st.one_of(
    st.tuples(st.just("insert"), name, place, st.sampled_from(PIECES)),
    st.tuples(st.just("delete"), name, place, st.integers(1, 40)),
    st.tuples(st.just("undo"), name),
    st.tuples(st.just("replace"), name, st.sampled_from(NAMES)),
    st.tuples(st.just("close"), name),
    st.tuples(st.just("open"), name),
    st.tuples(st.just("save"), name),
    st.tuples(st.just("disk"), name, st.sampled_from(PIECES)),
    st.tuples(st.just("bytes"), name),
    st.tuples(st.just("rename"), name),
    st.tuples(st.just("ask"), name, place, st.sampled_from(ASKED)),
    st.tuples(st.just("rest")),
)


class Storm:
    """An editor that does what it is told to, however senseless."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.history: dict[str, list[str]] = {}
        self.places = {name: name for name in NAMES}
        self.asked: list[int] = []
        for one, text in WORKSPACE.items():
            editor.write(one, text)
        editor.start()

    def text(self, one: str) -> str | None:
        """The text of a file that is open; None for another."""
        held = self.editor.sources.get(self.editor.path(self.places[one]))
        return None if held is None else held.text

    def do(self, kind: str, *arguments: object) -> None:
        """One step; one that cannot be done now is none."""
        getattr(self, f"do_{kind}")(*arguments)

    def do_insert(self, one: str, at: float, piece: str) -> None:
        self._edit(one, at, 0, piece)

    def do_delete(self, one: str, at: float, count: int) -> None:
        self._edit(one, at, count, "")

    def _edit(self, one: str, at: float, count: int, piece: str) -> None:
        text = self.text(one)
        if text is None:
            self.do_open(one)
            text = self.text(one)
        if text is not None:
            start = int(at * len(text))
            self.history.setdefault(one, []).append(text)
            self.editor.edit(self.places[one], start, min(len(text), start + count), piece)

    def do_undo(self, one: str) -> None:
        if self.text(one) is not None and self.history.get(one):
            self.editor.change(self.places[one], self.history[one].pop())

    def do_replace(self, one: str, other: str) -> None:
        if self.text(one) is not None:
            self.editor.change(self.places[one], WORKSPACE[other])

    def do_close(self, one: str) -> None:
        if self.text(one) is not None:
            self.editor.close(self.places[one])
            self.history.pop(one, None)

    def do_open(self, one: str) -> None:
        file = Path(self.editor.path(self.places[one]))
        if self.text(one) is None:
            try:
                self.editor.open(self.places[one], file.read_bytes().decode())
            except (OSError, UnicodeDecodeError):
                self.editor.open(self.places[one], "")

    def do_save(self, one: str) -> None:
        text = self.text(one)
        if text is not None:
            file = Path(self.editor.path(self.places[one]))
            file.write_bytes(text.encode(errors="replace"))
            document = self.editor.document(self.places[one])
            self.editor.notify(types.TEXT_DOCUMENT_DID_SAVE, types.DidSaveTextDocumentParams(document))

    def do_disk(self, one: str, piece: str) -> None:
        file = Path(self.editor.path(self.places[one]))
        file.write_bytes((WORKSPACE[one] + piece).encode(errors="replace"))
        self.editor.touch(self.places[one])

    def do_bytes(self, one: str) -> None:
        Path(self.editor.path(self.places[one])).write_bytes(b"module A:0.1.0\n\xff\xfe\n")
        self.editor.touch(self.places[one])

    def do_rename(self, one: str) -> None:
        old = self.places[one]
        self.do_close(one)
        folder, _, last = old.rpartition("/")
        new = f"{folder}/x_{last}".removeprefix("/") if not last.startswith("x_") else one
        file = Path(self.editor.path(old))
        if file.exists():
            file.rename(self.editor.path(new))
        self.places[one] = new
        self.editor.touch(old, types.FileChangeType.Deleted)
        self.editor.touch(new, types.FileChangeType.Created)

    def do_ask(self, one: str, at: float, method: str) -> None:
        source = self.editor.sources.get(self.editor.path(self.places[one]))
        if source is not None:
            where = self.editor.encoding.position(source, int(at * len(source.text)))
            document = self.editor.document(self.places[one])
            self.asked.append(self.editor.ask(method, parameters(method)(text_document=document, position=where)))

    def do_rest(self) -> None:
        self.editor.settle()


def known(editor: Editor) -> dict[str, object]:
    """What a server knows: all diagnostics, and answers all over the open files."""
    editor.settle()
    pulls = editor.capabilities.text_document.diagnostic is not None
    told: dict[str, object] = {}
    if not pulls:
        told |= {path: CONVERTER.unstructure(found) for path, found in editor.diagnostics.items() if found}
    for path, source in sorted(editor.sources.items()):
        document = types.TextDocumentIdentifier(editor.uri(str(Path(path).relative_to(editor.folder))))
        if pulls and path.endswith(".nml"):
            report = editor.request(types.TEXT_DOCUMENT_DIAGNOSTIC, types.DocumentDiagnosticParams(document))
            told[path] = CONVERTER.unstructure(report.items)
        for method in ASKED if path.endswith(".nml") else ():
            for part in range(5):
                where = editor.encoding.position(source, part * len(source.text) // 5)
                answer = editor.request(method, parameters(method)(text_document=document, position=where))
                told[f"{path} {method} {where}"] = CONVERTER.unstructure(answer)
    return told


def weather(todo: list[tuple[object, ...]], client: str) -> None:
    """Do it all, and compare with an editor that opens the same texts."""
    with TemporaryDirectory() as folder:
        storm = Storm(Editor(Path(folder), capabilities(client), lenient=True))
        for kind, *arguments in todo:
            storm.do(str(kind), *arguments)
        found = known(storm.editor)
        for number in storm.asked:
            storm.editor.answer(number)
        new = Editor(Path(folder), capabilities(client), lenient=True)
        new.start()
        for path, source in storm.editor.sources.items():
            new.open(str(Path(path).relative_to(folder)), source.text)
        assert found == known(new)
        assert storm.editor.stop() == new.stop() == 0


@pytest.mark.thorough
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(steps, min_size=5, max_size=40), st.sampled_from([FULL, PULLS]))
def test_a_storm_leaves_what_a_new_server_finds(todo, client):
    weather(todo, client)


@pytest.mark.soak
def test_ten_thousand_steps(record_property):
    count = 0

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps, min_size=40, max_size=60), st.sampled_from([FULL, PULLS]))
    def storm(todo, client):
        nonlocal count
        count += len(todo)
        weather(todo, client)

    storm()
    assert count >= 10_000
    record_property("steps", count)
