"""What is offered to be done, as clients take it, and that all sure fixes at once are those of ``nsc check --fix``."""

from typing import Any

import planted
import pytest
from lsprotocol import types
from nslsp.features.code_actions import FIX_ALL, RENAME, actions, fixed_text, resolved
from test_writing import CURSOR, FLOW, Asked

from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.compilation import Compilation
from nscompiler.state import State
from nscompiler.tools.fixing import fix

OFFERS = pytest.mark.feature(types.TEXT_DOCUMENT_CODE_ACTION)
RESOLVES = pytest.mark.feature(types.CODE_ACTION_RESOLVE)
LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}}}
EAGER: dict[str, Any] = {"codeAction": LITERALS}
LATE: dict[str, Any] = {
    "codeAction": {
        **LITERALS,
        "dataSupport": True,
        "isPreferredSupport": True,
        "resolveSupport": {"properties": ["edit"]},
    }
}


def offered(asked: Asked, *only: str) -> list[types.CodeAction]:
    context = types.CodeActionContext([], list(only) or None)
    here = types.Range(asked.position, asked.position)
    return actions(asked.view, types.CodeActionParams(asked.document, here, context)) or []


def after(asked: Asked, action: types.CodeAction) -> str:
    """The file after a change, which is told in the plainest form here."""
    assert action.edit is not None
    assert action.edit.changes is not None
    return asked.after(list(action.edit.changes[asked.document.uri]))


def named(found: list[types.CodeAction], title: str) -> types.CodeAction:
    return next(one for one in found if one.title == title)


@OFFERS
@pytest.mark.parametrize(
    ("written", "title", "changed"),
    [
        (f'def x = "a" | C.cle{CURSOR}en\n', "Write `clean`", 'def x = "a" | C.clean\n'),
        (f'def x = "a" | sin{CURSOR}ks.log\n', "Write `Sinks`", 'def x = "a" | Sinks.log\n'),
        (
            f'def x = "a" | C.cl{CURSOR}ean {{ digits = 1 }} | Sinks.log\n',
            "Extract this stage into a def",
            'def part = C.clean { digits = 1 }\n\ndef x = "a" | part | Sinks.log\n',
        ),
        (f"def x = C.cl{CURSOR}ean\n", "Annotate `x` : Text -> Text", "def x : Text -> Text = C.clean\n"),
        (f"def x = C.o{CURSOR}ld\n", "Ignore NS0422 here", "def x = C.old // nsc: ignore[NS0422]\n"),
        (f"def y = = |\ndef x = C.n{CURSOR}o | C.clean\n", "Declare `fun no`", None),
    ],
)
def test_a_client_that_does_not_wait_gets_the_edits(written: str, title: str, changed: str | None) -> None:
    asked = Asked(written, EAGER)
    found = offered(asked)
    if changed is None:
        assert title not in [one.title for one in found]
    else:
        assert after(asked, named(found, title)) == FLOW + changed
    assert all(one.edit is not None and one.data is None and one.is_preferred is None for one in found)


@OFFERS
def test_sure_fixes_are_preferred_and_name_their_diagnostic() -> None:
    asked = Asked(f'def x = "a" | sin{CURSOR}ks.log\n', LATE)
    found = named(offered(asked, "quickfix"), "Write `Sinks`")
    assert found.is_preferred
    assert found.kind == "quickfix"
    assert found.diagnostics is not None
    assert found.diagnostics[0].code == "NS0421" or str(found.diagnostics[0].code).startswith("NS0")


@OFFERS
def test_all_sure_fixes_at_once_where_they_are_asked_for() -> None:
    asked = Asked(f'def x = "a" | sinks.log{CURSOR}\ndef y = "b" | sinks.log;\ndef z = C.cleen\n', EAGER)
    assert FIX_ALL not in [one.kind for one in offered(asked)]
    (found,) = offered(asked, FIX_ALL)
    assert after(asked, found) == FLOW + 'def x = "a" | Sinks.log\ndef y = "b" | Sinks.log;\ndef z = C.cleen\n'
    assert [one.kind for one in offered(asked, "source")] == [FIX_ALL]
    assert offered(Asked(f"def x = C.clean{CURSOR}\n", EAGER), "source.fixAll") == []


@OFFERS
def test_project_files_have_fixes_too(editors):
    editor = editors()
    editor.write("shop/module.nml", "module Shop:0.1.0\n")
    editor.write("nstack-project.yaml", "moduls:\n  - shop\n")
    editor.start()
    editor.open("nstack-project.yaml", "moduls:\n  - shop\n")
    editor.settle()
    start = types.Position(0, 2)
    params = types.CodeActionParams(
        editor.document("nstack-project.yaml"), types.Range(start, start), types.CodeActionContext([])
    )
    assert [one.title for one in editor.request(types.TEXT_DOCUMENT_CODE_ACTION, params)] == ["Write `modules`"]


@RESOLVES
@pytest.mark.parametrize(
    ("written", "title", "changed"),
    [
        (
            f'def x = "a" | C.cl{CURSOR}ean {{ digits = 1 }} | Sinks.log\n',
            "Extract this stage into a def",
            'def part = C.clean { digits = 1 }\n\ndef x = "a" | part | Sinks.log\n',
        ),
        (f"def p = C.clean\ndef x = p{CURSOR}*\n", "Inline `p`", None),
        (f"def p = C.clean\ndef x = p{CURSOR} | C.old\n", "Inline `p`", "def x = C.clean | C.old\n"),
        (
            f'def x = "𝄞" | C.clean {CURSOR}| Sinks.log\n',
            "Split the pipe here into two defs",
            'def part = "𝄞" | C.clean\n\ndef x = part | Sinks.log\n',
        ),
        (f"def x : Text -> Text{CURSOR} = C.clean\n", "Remove the annotation of `x`", "def x = C.clean\n"),
    ],
)
def test_a_client_that_waits_gets_the_edit_when_it_has_chosen(written: str, title: str, changed: str | None) -> None:
    asked = Asked(written, LATE)
    found = named(offered(asked, "refactor"), title)
    assert found.edit is None
    chosen = resolved(asked.view, found)
    if changed is None:
        assert chosen.edit is None or after(asked, chosen)
    else:
        assert after(asked, chosen) == FLOW + changed


@RESOLVES
def test_what_was_not_offered_here_stays_as_it_is() -> None:
    asked = Asked(f"def x = C.cl{CURSOR}ean\n", LATE)
    strange = types.CodeAction("Else", data=["what"])
    assert resolved(asked.view, strange) == strange
    gone = types.CodeAction("Gone", data=[asked.document.uri, [0, 0, 0, 0], "refactor.extract", "Gone"])
    assert resolved(asked.view, gone) == gone


def test_the_name_is_asked_for_by_clients_that_say_they_can() -> None:
    asked = Asked(f'def x = "a" | C.cl{CURSOR}ean {{ digits = 1 }} | Sinks.log\n', EAGER)
    asked.view.client.capabilities.experimental = {"commands": [RENAME]}
    command = named(offered(asked), "Extract this stage into a def").command
    assert command is not None
    assert command.arguments is not None
    assert command.command == RENAME
    assert command.arguments[1] == types.Position(4, 4)


FAULTS = tuple(fault for document in planted.documents() for fault in planted.faults(document) if fault.start is None)


@pytest.mark.parametrize("fault", FAULTS[::4], ids=lambda fault: fault.name)
def test_fixing_all_is_what_check_fixes(fault: planted.Planted) -> None:
    files = check_texts(fault.files).compilation.files
    paths = [path for path in fault.files if path.endswith(".nml")]
    state = State(files, paths, standard=standard_folder())
    for path in paths:
        others = fix(lambda given: Compilation(given, paths, standard=standard_folder()), files, _of(path))
        assert fixed_text(state, path) == others.after.get(path)


def _of(path: str) -> Any:
    """The problems of one file of which every fix stays in it."""

    def wanted(problems: Any) -> Any:
        own = [one for one in problems if one.primary.span.path == path]
        return [one for one in own if all(edit.span.path == path for each in one.fixes for edit in each.edits)]

    return wanted


@OFFERS
def test_a_client_that_knows_only_commands_is_sent_the_edit(editors: Any) -> None:
    editor = editors()
    editor.capabilities = types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(apply_edit=True))
    editor.start()
    marked = editor.open("a.nml", 'module A:0.1.0\n\ndef x = "a" | ‸sinks.log\n')
    here = types.Range(editor.position(marked), editor.position(marked))

    def ask(*only: str) -> list[types.Command]:
        context = types.CodeActionContext([], list(only) or None)
        found: list[types.Command] = editor.about(types.TEXT_DOCUMENT_CODE_ACTION, "a.nml", range=here, context=context)
        return found

    def run(command: types.Command) -> None:
        params = types.ExecuteCommandParams(command.command, command.arguments)
        assert editor.request(types.WORKSPACE_EXECUTE_COMMAND, params) is None

    found = {one.title: one for one in (*ask(), *ask(FIX_ALL))}
    assert {"Write `Sinks`", "Fix all that can be fixed for sure"} < set(found)
    assert all(isinstance(one, types.Command) for one in found.values())
    assert not ask("source.organizeImports")
    for title in ("Write `Sinks`", "Fix all that can be fixed for sure"):
        run(found[title])
        editor.settle()
        sent = editor.received[types.WORKSPACE_APPLY_EDIT][-1]
        assert sent.label == title
        assert editor.texts_after(sent.edit) == {"a.nml": 'module A:0.1.0\n\ndef x = "a" | Sinks.log\n'}
    editor.change("a.nml", "module A:0.1.0\n")
    run(found["Write `Sinks`"])
    editor.settle()
    assert len(editor.received[types.WORKSPACE_APPLY_EDIT]) == 2
    assert [one.message for one in editor.received[types.WINDOW_SHOW_MESSAGE]] == ["that cannot be done here any more"]


@OFFERS
def test_a_client_that_can_take_neither_is_offered_nothing(editors: Any) -> None:
    editor = editors("emacs_v29.1")
    editor.capabilities = types.ClientCapabilities()
    editor.start()
    marked = editor.open("a.nml", 'module A:0.1.0\n\ndef x = "a" | ‸sinks.log\n')
    here = types.Range(editor.position(marked), editor.position(marked))
    context = types.CodeActionContext([])
    assert editor.about(types.TEXT_DOCUMENT_CODE_ACTION, "a.nml", range=here, context=context) is None
