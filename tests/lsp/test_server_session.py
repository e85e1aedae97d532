"""The life of a session: what a server does where things go as they should, and where they do not."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import attrs
import pytest
from clients import FULL, PULLS, RECORDED
from editor import Refused
from lsprotocol import types
from nslsp import progress
from nslsp.command import command

FAULTY = "module A:0.1.0\n\ndef f = g\n"
SOUND = "module A:0.1.0\n\nfun g : Text -> Text\n\ndef f = g\n"


def codes(editor, name):
    """The codes of what was published last of a file."""
    return [one.code for one in editor.diagnostics.get(editor.path(name), [])]


# --- the beginning and the end


@pytest.mark.thorough
def test_shutdown_and_exit_end_with_nought(editors):
    editor = editors(own_process=True)
    editor.start()
    assert editor.stop() == 0


def test_exit_without_shutdown_ends_with_one(editors):
    editor = editors(own_process=True)
    editor.start()
    editor.notify(types.EXIT, None)
    assert editor.end() == 1


@pytest.mark.thorough
def test_a_client_that_is_gone_ends_it_with_one(editors):
    editor = editors(own_process=True)
    editor.start()
    assert editor.end() == 1


def test_nothing_is_answered_before_initialize(editors):
    editor = editors()
    with pytest.raises(Refused) as refused:
        editor.request("nsc/checked", {})
    assert refused.value.code == types.ErrorCodes.ServerNotInitialized
    editor.start()
    with pytest.raises(Refused) as refused:
        editor.request(types.INITIALIZE, types.InitializeParams(capabilities=types.ClientCapabilities()))
    assert refused.value.code == types.ErrorCodes.InvalidRequest


def test_nothing_is_answered_after_shutdown(editor):
    editor.request(types.SHUTDOWN, None)
    with pytest.raises(Refused) as refused:
        editor.request("nsc/checked", {})
    assert refused.value.code == types.ErrorCodes.InvalidRequest
    editor.notify(types.EXIT, None)
    assert editor.end() == 0


@pytest.mark.parametrize(
    ("offered", "chosen"), [(None, "utf-16"), (["utf-8", "utf-16"], "utf-8"), (["utf-32"], "utf-32"), (["x"], "utf-16")]
)
def test_columns_are_counted_as_the_client_likes(editors, offered, chosen):
    editor = editors("emacs_v29.1")
    editor.capabilities = types.ClientCapabilities(general=types.GeneralClientCapabilities(position_encodings=offered))
    assert editor.start().capabilities.position_encoding == chosen


@pytest.mark.parametrize("spelled", ["root_uri", "root_path"])
def test_a_client_that_knows_one_folder(editors, tmp_path, spelled):
    folder = tmp_path / "a b#c"
    folder.mkdir()
    (folder / "a.nml").write_text(FAULTY)
    editor = editors(folder=folder)
    root = {"root_uri": folder.as_uri()} if spelled == "root_uri" else {"root_path": str(folder)}
    editor.request(types.INITIALIZE, types.InitializeParams(capabilities=editor.capabilities, **root))
    editor.notify(types.INITIALIZED, types.InitializedParams())
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]


@pytest.mark.thorough
def test_what_is_no_message_is_answered_and_told_in_a_line(tmp_path):
    start = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
    hover = {"jsonrpc": "2.0", "id": 3, "method": "textDocument/hover", "params": 5}
    unknown = {"jsonrpc": "2.0", "id": 4, "method": "no/such"}
    sent = [b"{nonsense", b"\xff{}", b"[1, 2]", b'{"id": 2, "method": "x"}', b"[" * 100_000]
    sent += [json.dumps(one).encode() for one in (start, hover, unknown)]
    # The names of headers are not held to a case.
    stream = b"".join(b"content-LENGTH: %d\r\nContent-Type: x\r\n\r\n%s" % (len(body), body) for body in sent)
    command = [sys.executable, "-m", "nscompiler", "lsp"]
    done = subprocess.run(command, input=stream, capture_output=True, check=False, cwd=tmp_path)
    bodies = [json.loads(part.partition(b"\r\n\r\n")[2]) for part in done.stdout.split(b"Content-Length: ")[1:]]
    errors = {(one["id"], one["error"]["code"]) for one in bodies if "error" in one}
    kinds = types.ErrorCodes
    assert errors == {
        (None, kinds.ParseError),
        (None, kinds.InvalidRequest),
        (2, kinds.InvalidRequest),
        (3, kinds.InvalidParams),
        (4, kinds.MethodNotFound),
    }
    told = done.stderr.decode().splitlines()
    assert len(told) == 6
    assert all(line.startswith("WARNING nslsp.") for line in told)
    assert done.returncode == 1


def test_a_client_that_tells_nothing_of_itself(editors):
    editor = editors()
    result = editor.request(types.INITIALIZE, types.InitializeParams(capabilities=types.ClientCapabilities()))
    assert result.server_info.name == "nsc"
    editor.open("a.nml", FAULTY)
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]


@pytest.mark.thorough
def test_nothing_but_the_protocol_is_on_standard_output(tmp_path):
    program = "import sys; from nscompiler.cli.main import start; sys.argv = ['nsc', 'lsp', '--stdio']\n"
    program += "import nslsp.registration as r; made = r.make_server\n"
    program += "def make():\n    server = made()\n    print('stray')\n    return server\n"
    program += "import nslsp.registration\nnslsp.registration.make_server = make\nstart()\n"
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}).encode()
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=b"Content-Length: %d\r\n\r\n%s" % (len(message), message),
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"Content-Length: ")
    assert json.loads(body)["id"] == 1
    assert b"stray" in done.stderr


def test_over_a_connection(tmp_path):
    server = subprocess.Popen(
        [sys.executable, "-m", "nscompiler", "lsp", "--tcp", "0"], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert server.stderr is not None
    said = server.stderr.readline()
    port = int(said.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rwb") as stream:
        for number, method in enumerate(("initialize", "shutdown", "exit")):
            params = {"params": {"capabilities": {}}} if number == 0 else {}
            asked = {} if method == "exit" else {"id": number}
            body = json.dumps({"jsonrpc": "2.0", "method": method, **asked, **params}).encode()
            stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            stream.flush()
            if method != "exit":
                length = int(stream.readline().split(b":")[1])
                while stream.readline().strip():
                    pass
                assert json.loads(stream.read(length))["id"] == number
    assert server.wait(30) == 0
    server.stderr.close()


@pytest.mark.thorough
def test_an_address_that_cannot_be_had_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "nscompiler", "lsp", "--tcp", str(port)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == f"error: cannot listen on 127.0.0.1:{port}: address already in use\n"


def test_what_is_missing_is_told_with_the_command_that_gets_it(tmp_path):
    (tmp_path / "pygls").mkdir()
    (tmp_path / "pygls/__init__.py").write_text("raise ModuleNotFoundError('no pygls', name='pygls')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "nscompiler", "lsp"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    told = 'error: the language server needs pygls; install it with: pip install "nscompiler[lsp]"\n'
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


def test_it_is_listed_with_the_commands():
    done = subprocess.run([sys.executable, "-m", "nscompiler", "--help"], capture_output=True, text=True, check=False)
    assert "lsp" in done.stdout
    assert command.name in (None, "command", "lsp")


# --- what changes


def test_files_made_changed_and_removed_on_the_disk(editor):
    editor.write("a.nml", FAULTY)
    editor.touch("a.nml", types.FileChangeType.Created)
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]
    editor.write("a.nml", SOUND)
    editor.touch("a.nml")
    editor.settle()
    assert codes(editor, "a.nml") == []
    editor.write("a.nml", FAULTY)
    editor.touch("a.nml")
    editor.settle()
    (editor.folder / "a.nml").unlink()
    editor.touch("a.nml", types.FileChangeType.Deleted)
    editor.settle()
    assert codes(editor, "a.nml") == []


def test_a_file_made_beside_others(editor):
    editor.write("a.nml", "import B:0.1.0 as B\n\ndef f = B.g\n")
    editor.touch("a.nml", types.FileChangeType.Created)
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0211"]
    editor.write("b.nml", "module B:0.1.0\n\nfun g : Text -> Text\n")
    editor.touch("b.nml", types.FileChangeType.Created)
    editor.settle()
    assert codes(editor, "a.nml") == []


def test_a_file_renamed_on_the_disk(editor):
    editor.write("a.nml", FAULTY)
    editor.touch("a.nml", types.FileChangeType.Created)
    editor.settle()
    (editor.folder / "a.nml").rename(editor.folder / "b.nml")
    editor.touch("a.nml", types.FileChangeType.Deleted)
    editor.touch("b.nml", types.FileChangeType.Created)
    editor.settle()
    assert (codes(editor, "a.nml"), codes(editor, "b.nml")) == ([], ["NS0401"])


def test_an_open_text_wins_over_the_disk(editor):
    editor.write("a.nml", SOUND)
    editor.open("a.nml", FAULTY)
    editor.touch("a.nml")
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]
    editor.close("a.nml")
    editor.settle()
    assert codes(editor, "a.nml") == []


def test_a_text_that_was_never_saved(editor):
    editor.open("untitled:Untitled-1", FAULTY)
    editor.settle()
    assert codes(editor, "untitled:Untitled-1") == ["NS0401"]
    assert {one.uri for one in editor.received[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]} == {"untitled:Untitled-1"}
    editor.close("untitled:Untitled-1")
    editor.settle()
    assert codes(editor, "untitled:Untitled-1") == []


def test_a_file_outside_of_all_folders(editors, tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    editor = editors(folder=outside)
    editor.start(inside)
    editor.open("a.nml", FAULTY)
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]


def test_an_address_is_answered_as_the_client_spells_it(editor):
    spelled = editor.uri("a.nml").replace("a.nml", "%61.nml")
    editor.notify(
        types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams(types.TextDocumentItem(spelled, "nml", 1, FAULTY))
    )
    editor.settle()
    assert editor.received[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS][-1].uri == spelled


def test_folders_come_and_go(editors, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "a.nml").write_text(FAULTY)
    editor = editors()
    editor.start(one)
    editor.settle()
    assert (codes(editor, "one/a.nml"), codes(editor, "other/a.nml")) == (["NS0401"], [])
    event = types.WorkspaceFoldersChangeEvent(
        added=[types.WorkspaceFolder(other.as_uri(), "other")], removed=[types.WorkspaceFolder(one.as_uri(), "one")]
    )
    editor.notify(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, types.DidChangeWorkspaceFoldersParams(event))
    editor.settle()
    assert (codes(editor, "one/a.nml"), codes(editor, "other/a.nml")) == ([], ["NS0401"])


def test_settings_are_asked_for_and_asked_for_again(editors):
    editor = editors(settings={"diagnostics": {"closedFiles": False}})
    editor.write("a.nml", FAULTY)
    editor.start()
    editor.until(lambda: not editor.server.settings.diagnose_closed_files and not codes(editor, "a.nml"))
    editor.settings = {"diagnostics": {"closedFiles": True}}
    editor.notify(types.WORKSPACE_DID_CHANGE_CONFIGURATION, types.DidChangeConfigurationParams(settings=None))
    editor.until(lambda: codes(editor, "a.nml") == ["NS0401"])


def test_a_setting_that_is_none_is_told_of_and_left_as_it_was(editors):
    editor = editors()
    editor.start(options={"inlayHints": {"types": "often"}})
    editor.settle()
    (shown,) = editor.received[types.WINDOW_SHOW_MESSAGE]
    assert shown.message == "the setting nsc.inlayHints.types must be true or false, not 'often'"
    assert editor.server.settings.hints_types is True


def test_modules_are_looked_for_where_the_settings_say(editors, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/b.nml").write_text("module B:0.1.0\n\nfun g : Text -> Text\n")
    work = tmp_path / "work"
    work.mkdir()
    editor = editors(folder=work, settings={"path": [str(tmp_path / "lib")]})
    editor.start()
    editor.until(lambda: editor.server.settings.path == (str(tmp_path / "lib"),))
    editor.open("a.nml", "import B:0.1.0 as B\n\ndef f = B.g\n")
    editor.settle()
    assert codes(editor, "a.nml") == []


def test_what_is_watched_is_asked_for_where_the_client_can(editors):
    for name, expected in ((FULL, True), (RECORDED[1], False)):
        editor = editors(name)
        editor.start()
        editor.settle()
        asked = [
            one for part in editor.received.get(types.CLIENT_REGISTER_CAPABILITY, []) for one in part.registrations
        ]
        assert (types.WORKSPACE_DID_CHANGE_WATCHED_FILES in [one.method for one in asked]) is expected


# --- texts


def test_changes_of_all_kinds_reach_the_text(editor):
    editor.open("a.nml", "é𝄞\r\nx\ry\n")
    editor.edit("a.nml", 1, 2, "zz")
    editor.edit("a.nml", 3, 5, "\n")
    editor.edit("a.nml", 0, 0, "\u2028")
    editor.settle()
    held = editor.server.documents.get(editor.path("a.nml"))
    assert held.text == editor.sources[editor.path("a.nml")].text == "\u2028ézz\nx\ry\n"


def test_a_change_that_comes_too_late_is_dropped(editor):
    editor.open("a.nml", SOUND)
    editor.change("a.nml", FAULTY)
    old = types.VersionedTextDocumentIdentifier(1, editor.uri("a.nml"))
    change = types.TextDocumentContentChangeWholeDocument(SOUND)
    editor.notify(types.TEXT_DOCUMENT_DID_CHANGE, types.DidChangeTextDocumentParams(old, [change]))
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]


def test_halves_of_characters_do_no_harm(editor):
    editor.open("a.nml", FAULTY + "// \ud834\n")
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]
    editor.edit("a.nml", len(FAULTY) + 4, len(FAULTY) + 4, "\udd1e")
    editor.settle()
    assert editor.server.documents.get(editor.path("a.nml")).text == FAULTY + "// 𝄞\n"


def test_a_file_that_is_no_text_is_told_of(editor):
    (editor.folder / "a.nml").write_bytes(b"module A:0.1.0\n\xff\n")
    editor.touch("a.nml", types.FileChangeType.Created)
    editor.settle()
    assert len(codes(editor, "a.nml")) == 1


def test_a_large_file_is_checked(editor):
    text = SOUND + "".join(f"def f{number} = g | g | g\n" for number in range(1500)) + "def last = h\n"
    editor.open("a.nml", text)
    editor.settle()
    (found,) = editor.diagnostics[editor.path("a.nml")]
    assert editor.covered(editor.uri("a.nml"), found.range) == "h"


# --- failures


def test_an_exception_is_one_logged_error_and_an_empty_answer(editors, monkeypatch):
    editor = editors()
    editor.forgiving = True
    told = []

    @editor.server.answers("nsc/broken", empty=lambda params: {"broken": True})
    def broken(view, params):
        told.append(view)
        raise RuntimeError("injected")

    editor.start()
    assert editor.request("nsc/broken", {}) == {"broken": True}
    editor.settle()
    (logged,) = editor.received[types.WINDOW_LOG_MESSAGE]
    assert logged.message == "internal error while answering nsc/broken: RuntimeError: injected"
    assert logged.type == types.MessageType.Error
    assert len(told) == 1


def test_an_exception_of_the_checker_ends_nothing(editors, monkeypatch):
    editor = editors()
    editor.forgiving = True
    editor.start()
    editor.open("a.nml", SOUND)
    editor.settle()
    from nscompiler.pipeline import compilation

    def fail(*_, **__):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(compilation, "check_module", fail)
        editor.change("a.nml", FAULTY)
        editor.settle()
    assert any("ZeroDivisionError" in one.message for one in editor.received[types.WINDOW_LOG_MESSAGE])
    editor.change("a.nml", FAULTY + "\n")
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("textDocument/hover", {"textDocument": 5}, types.ErrorCodes.InvalidParams),
        ("textDocument/hover", {}, types.ErrorCodes.InvalidParams),
        ("no/such/thing", {}, types.ErrorCodes.MethodNotFound),
        ("workspace/executeCommand", {"command": "no.such"}, types.ErrorCodes.InvalidParams),
    ],
)
def test_what_is_no_request_is_refused(editor, method, params, code):
    with pytest.raises(Refused) as refused:
        editor.request(method, params)
    assert refused.value.code == code
    editor.settle()


def test_a_notification_that_is_none_is_passed_over(editor):
    editor.notify("textDocument/didChange", {"textDocument": 5})
    editor.notify("$/unknown", {})
    editor.notify("textDocument/didClose", {"textDocument": {"uri": "file:///not/open.nml"}})
    editor.settle()


def test_a_question_about_a_file_that_is_not_there(editor):
    params = types.DocumentDiagnosticParams(editor.document("nothing.nml"))
    assert editor.request(types.TEXT_DOCUMENT_DIAGNOSTIC, params).items == ()


# --- the order of things


def test_a_request_taken_back_before_its_turn_is_never_done(editors):
    editor = editors()
    done = []

    @editor.server.answers("nsc/slow")
    def slow(view, params):
        done.append("slow")
        time.sleep(0.05)

    @editor.server.answers("nsc/waiting")
    def waiting(view, params):
        done.append("waiting")

    editor.start()
    editor.settle()
    first, second = editor.ask("nsc/slow", {}), editor.ask("nsc/waiting", {})
    editor.cancel(second)
    with pytest.raises(Refused) as refused:
        editor.answer(second)
    assert refused.value.code == types.LSPErrorCodes.RequestCancelled
    editor.answer(first)
    editor.settle()
    assert done == ["slow"]


def test_answers_are_about_the_text_that_was_asked_about(editors):
    editor = editors()
    seen = []

    @editor.server.answers("nsc/text")
    def text(view, params):
        return view.program.text(editor.path("a.nml")).text

    editor.start()
    editor.open("a.nml", "// 0\n")
    for number in range(1, 20):
        seen.append((f"// {number - 1}\n", editor.ask("nsc/text", {})))
        editor.change("a.nml", f"// {number}\n")
    assert [editor.answer(asked) for _, asked in seen] == [expected for expected, _ in seen]


def test_a_client_that_asks_again_is_sent_back_where_the_text_has_changed(editors):
    editor = editors()
    again = types.StaleRequestSupportOptions(True, [types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL])
    general = types.GeneralClientCapabilities(stale_request_support=again)
    editor.capabilities = attrs.evolve(editor.capabilities, general=general)
    begun, go_on = threading.Event(), threading.Event()

    @editor.server.answers("nsc/slow")
    def slow(view, params):
        begun.set()
        go_on.wait(30)

    editor.start()
    editor.open("a.nml", SOUND)
    editor.settle()
    working = editor.ask("nsc/slow", {})
    editor.run_until(begun.is_set)
    params = types.SemanticTokensParams(editor.document("a.nml"))
    asked = editor.ask(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, params)
    kept = editor.ask(types.TEXT_DOCUMENT_FOLDING_RANGE, types.FoldingRangeParams(editor.document("a.nml")))
    editor.change("a.nml", FAULTY)
    with pytest.raises(Refused) as refused:
        editor.answer(asked)
    assert refused.value.code == types.LSPErrorCodes.ContentModified
    go_on.set()
    editor.answer(working)
    editor.answer(kept)  # of the text that it was asked about; this client does not ask it again
    assert editor.request(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, params) is not None


def test_changes_that_come_together_are_one(editors):
    editor = editors()
    seen, begun, go_on = [], threading.Event(), threading.Event()

    @editor.server.answers("nsc/slow")
    def slow(view, params):
        begun.set()
        go_on.wait(30)

    def note(view, changed):
        seen.append(view.versions.get(editor.path("a.nml")))
        yield

    editor.server.at_first(note)
    editor.start()
    editor.open("a.nml", SOUND)
    editor.settle()
    seen.clear()
    working = editor.ask("nsc/slow", {})
    editor.run_until(begun.is_set)
    for number in range(50):
        editor.change("a.nml", f"{SOUND}// {number}\n")
    editor.run_until(lambda: editor.server.documents.get(editor.path("a.nml")).version == 51)
    go_on.set()
    editor.answer(working)
    editor.settle()
    assert seen == [51]


def test_a_workspace_is_read_while_its_open_file_is_answered_for(editors):
    editor = editors()
    for number in range(60):
        editor.write(f"m{number}.nml", f"module M{number}:0.1.0\n\nfun g : Text -> Text\n")
    editor.write("a.nml", "import M7:0.1.0 as M\n\ndef f = M.g | M.h\n")
    seen = []

    @editor.server.answers("nsc/size")
    def size(view, params):
        view.program.problems_in(editor.path("a.nml"))
        return len(view.program.paths_of_all)

    editor.start()
    editor.open("a.nml")
    seen.append(editor.request("nsc/size", {}))
    editor.settle()
    seen.append(editor.request("nsc/size", {}))
    assert seen[0] in (2, 61)  # by chance all may be read already
    assert seen[1] == 61
    assert codes(editor, "a.nml") == ["NS0401"]


def test_the_first_check_shows_how_far_it_is(editors, monkeypatch):
    monkeypatch.setattr(progress, "_PAUSE", 0.0)
    editor = editors()
    for number in range(150):
        editor.write(f"m{number}.nml", f"module M{number}:0.1.0\n\nfun g : Text -> Text\n")
    editor.start()
    editor.until(lambda: any(one.value["kind"] == "end" for one in editor.received.get(types.PROGRESS, [])))
    told = [one.value for one in editor.received[types.PROGRESS]]
    assert [one["kind"] for one in told] == ["begin", *["report"] * (len(told) - 2), "end"]
    shown = [one["percentage"] for one in told[:-1]]
    assert shown == sorted(shown)
    assert len({one.token for one in editor.received[types.PROGRESS]}) == 1


def test_who_pulls_is_answered_while_others_wait(editors):
    editor = editors(PULLS)
    editor.start()
    waiting = editor.ask(
        types.WORKSPACE_DIAGNOSTIC, types.WorkspaceDiagnosticParams([types.PreviousResultId("file:///x", "")])
    )
    editor.cancel(waiting)
    with pytest.raises(Refused):
        editor.answer(waiting)


def test_an_interrupt_ends_it(tmp_path):
    server = subprocess.Popen(
        [sys.executable, "-m", "nscompiler", "lsp", "--tcp", "0"], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert server.stderr is not None
    server.stderr.readline()
    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 130
    assert "Traceback" not in server.stderr.read()
    server.stderr.close()
