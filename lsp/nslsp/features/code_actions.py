"""``textDocument/codeAction``: fixes, refactorings, imports in order, and all sure fixes of a file at once.

A client that knows no actions but commands gets each as one of ours, which sends it the edit.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import attrs
from lsprotocol import types

from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit
from nscompiler.files import Files
from nscompiler.ide.actions import changes_at, fixes_of, touches
from nscompiler.ide.changes import Change, ChangeKind, Done
from nscompiler.source import SourceFile, Span
from nscompiler.state import State
from nscompiler.tools.fixing import fix
from nslsp.server import Server
from nslsp.shown import shown
from nslsp.view import View

FIX_ALL = "source.fixAll.nsc"
#: A command of the client's that asks for a new name; a client tells of it in its experimental capabilities.
RENAME = "nsc.rename"
#: A command of the server's for clients that know no actions: it gets a document's address, a range as four numbers, a
#: kind and a title.
APPLY = "nsc.apply"


def register(server: Server) -> None:
    """Offer changes, and work them out when one is chosen."""

    @server.executes(APPLY)
    def apply(view: View, *chosen: Any) -> None:
        edit = chosen_edit(view, list(chosen))
        if edit is None:
            told = types.ShowMessageParams(types.MessageType.Warning, "that cannot be done here any more")
            server.on_loop(server.window_show_message, told)
        else:
            server.on_loop(server.workspace_apply_edit, types.ApplyWorkspaceEditParams(edit, str(chosen[3])))

    kinds = [*(kind.value for kind in ChangeKind), FIX_ALL]
    server.answers(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(kinds, resolve_provider=True))(asked)
    server.answers(types.CODE_ACTION_RESOLVE, empty=lambda action: action)(resolved)


def asked(view: View, params: types.CodeActionParams) -> list[types.CodeAction] | list[types.Command] | None:
    """What is offered for a range, of the kinds that are asked for, as the client can take it."""
    if view.client.can("text_document.code_action.code_action_literal_support"):
        return actions(view, params)
    if not view.client.can("workspace.apply_edit"):
        return None
    uri, numbers = params.text_document.uri, _numbers(params.range)
    found = actions(view, params) or ()
    return [types.Command(one.title, APPLY, arguments=[uri, numbers, one.kind, one.title]) for one in found]


def chosen_edit(view: View, chosen: Any) -> types.WorkspaceEdit | None:
    """The edit of a change that was offered as a command; None where it is not offered any more."""
    read = _read(chosen)
    if read is None:
        return None
    document, place, kind, title = read
    params = types.CodeActionParams(document, place, types.CodeActionContext([], [kind]))
    return next((one.edit for one in actions(view, params) or () if one.title == title), None)


def actions(view: View, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """What is offered for a range, of the kinds that are asked for."""
    path = view.path(params)
    span = view.span(path, params.range)
    if span is None:
        return None
    asked = params.context.only
    only = None if asked is None else [kind.value if isinstance(kind, Enum) else kind for kind in asked]
    changes = [*changes_at(view.program, path, span.start, span.end, only), *_together(view, span, only)]
    found = [action for change in changes if (action := _action(view, change, params)) is not None]
    if only is not None and any(not kind or kind == FIX_ALL or FIX_ALL.startswith(f"{kind}.") for kind in only):
        found += _fix_all(view, path)
    return found


def _together(view: View, span: Span, only: Sequence[str] | None) -> Iterator[Change]:
    """What is offered for problems that no module has by itself: of project files, versions, rings."""
    if ChangeKind.FIX.wanted(only):
        for problem in view.program.common_problems():
            if problem.fixes and touches(problem, span.path, span.start, span.end):
                yield from fixes_of(problem)


def _action(view: View, change: Change, params: types.CodeActionParams) -> types.CodeAction | None:
    """A change as an action; what takes a check to work out is left for later where the client can wait."""
    base = "text_document.code_action"
    is_late = change.kind not in (ChangeKind.FIX, ChangeKind.IMPORTS) and _can_wait(view)
    done = None if is_late else change.do()
    edit = None if done is None else view.workspace_edit(done.edits, creations=done.created)
    if edit is None and not is_late:
        return None
    problem = change.problem
    where = params.range
    return types.CodeAction(
        change.title,
        kind=change.kind.value,
        diagnostics=None if problem is None else [_diagnostic(view, problem, params.context.diagnostics)],
        is_preferred=True if change.sure and problem and view.client.can(f"{base}.is_preferred_support") else None,
        edit=edit,
        command=None if done is None else _rename(view, done),
        data=[params.text_document.uri, _numbers(where), change.kind.value, change.title] if is_late else None,
    )


def _can_wait(view: View) -> bool:
    base = "text_document.code_action"
    return "edit" in view.client.listed(f"{base}.resolve_support.properties") and view.client.can(
        f"{base}.data_support"
    )


def _diagnostic(view: View, problem: Diagnostic, given: Sequence[types.Diagnostic]) -> types.Diagnostic:
    """The diagnostic that the client has of a problem, else what it would be sent."""
    place = view.range(problem.primary.span)
    same = (one for one in given if one.range == place and one.code == problem.code.id)
    return next(same, None) or shown(view, problem)


def _rename(view: View, done: Done) -> types.Command | None:
    """Ask for the name of what was made, in a client that can."""
    experimental = view.client.capabilities.experimental
    known = experimental.get("commands", ()) if isinstance(experimental, dict) else ()
    if done.name_at is None or RENAME not in known:
        return None
    # The declaration is new: its line begins where it was put.
    begin = done.edits[0].span
    line = view.range(Span(begin.path, begin.start, begin.start)).start
    at = types.Position(line.line, line.character + done.name_at.start - begin.start)
    return types.Command("Choose a name", RENAME, arguments=[view.uris.uri(begin.path), at])


def _numbers(where: types.Range) -> list[int]:
    return [where.start.line, where.start.character, where.end.line, where.end.character]


def resolved(view: View, action: types.CodeAction) -> types.CodeAction:
    """A change that was chosen, worked out; without an edit where it would change what the program means."""
    read = _read(action.data)
    if read is None:
        return action
    document, place, kind, title = read
    params = types.CodeActionParams(document, place, types.CodeActionContext([]))
    path = view.path(params)
    span = view.span(path, place)
    found = () if span is None else changes_at(view.program, path, span.start, span.end, [kind])
    change = next((one for one in found if one.title == title), None)
    done = None if change is None else change.do()
    if done is None:
        return action
    edit = view.workspace_edit(done.edits, creations=done.created)
    return attrs.evolve(action, edit=edit, command=_rename(view, done))


def _read(data: Any) -> tuple[types.TextDocumentIdentifier, types.Range, str, str] | None:
    if not isinstance(data, list | tuple) or len(data) != 4:
        return None
    uri, numbers, kind, title = data
    if not isinstance(numbers, list | tuple) or len(numbers) != 4:
        return None
    start, end = types.Position(*map(int, numbers[:2])), types.Position(*map(int, numbers[2:]))
    return types.TextDocumentIdentifier(str(uri)), types.Range(start, end), str(kind), str(title)


# --- all at once


@attrs.frozen(slots=True, eq=False)
class OneFile:
    """What a check of one file of a program came to."""

    program: State
    path: str

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The problems of the file of which a fix changes nothing else."""
        return tuple(
            problem for problem in self.program.problems_in(self.path) if problem.primary.span.path == self.path
        )

    @property
    def sources(self) -> Any:
        """The texts of all files."""
        return self.program.sources

    @property
    def targets(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)

    @property
    def module_count(self) -> int:
        """One."""
        return 1


def fixed_text(program: State, path: str) -> str | None:
    """A file's text with its sure fixes made, and what these bring up, as ``nsc check --fix`` makes them; None where
    nothing changes."""

    def compile(files: Files) -> OneFile:
        return OneFile(program if files is program.files else program.after(files, [path]), path)

    def wanted(problems: tuple[Diagnostic, ...]) -> Sequence[Diagnostic]:
        return [one for one in problems if all(edit.span.path == path for each in one.fixes for edit in each.edits)]

    return fix(compile, program.files, wanted).after.get(path)


def _fix_all(view: View, path: str) -> Iterator[types.CodeAction]:
    source = view.source(path)
    sure = Applicability.MACHINE_APPLICABLE
    problems = view.program.problems_in(path)
    if source is None or not any(one.applicability is sure for problem in problems for one in problem.fixes):
        return
    text = fixed_text(view.program, path)
    edit = None if text is None else view.workspace_edit([_replaced(source, text)])
    if edit is not None:
        yield types.CodeAction("Fix all that can be fixed for sure", kind=FIX_ALL, edit=edit)


def _replaced(source: SourceFile, text: str) -> Edit:
    """One replacement that makes a text of another, without what both begin and end with; it splits no line."""
    old, least = source.text, min(len(source.text), len(text))
    head = next((at for at in range(least) if old[at] != text[at]), least)
    head = old.rfind("\n", 0, head) + 1
    tail = next((at for at in range(least - head) if old[-1 - at] != text[-1 - at]), least - head)
    tail = len(old) - (old.find("\n", len(old) - tail) + 1) if tail and "\n" in old[len(old) - tail :] else 0
    return Edit(source.span(head, len(old) - tail), text[head : len(text) - tail])
