// The commands of the palette, and those that the server's code lenses call.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Location, Position } from "vscode-languageclient";
import { findPython, install, run } from "./compiler.js";
import { showGraph } from "./graph.js";
import { pathOf, workflowNames } from "./page.js";
import type { Server } from "./server.js";
import { task } from "./tasks.js";

/** Everything that can be called by name. */
export function register(server: Server): vscode.Disposable[] {
  const commands: Record<string, (...args: never[]) => unknown> = {
    "nsc.run": runWorkflow,
    "nsc.graph": (file: string, workflow?: string) => showGraph(pathOf(file), workflow),
    "nsc.showReferences": showReferences,
    "nsc.rename": rename,
    "nsc.runWorkflow": runChosen,
    "nsc.showGraph": graphOfEditor,
    "nsc.explain": explain,
    "nsc.restart": () => server.restart(),
    "nsc.showOutput": () => server.showOutput(),
    "nsc.install": install,
  };
  const explained = vscode.workspace.registerTextDocumentContentProvider(EXPLAINED, { provideTextDocumentContent });
  return [...Object.entries(commands).map(([name, call]) => vscode.commands.registerCommand(name, call)), explained];
}

/** Run a workflow of a file, a path or an address, in a terminal. */
async function runWorkflow(given: string, workflow?: string): Promise<void> {
  const file = pathOf(given);
  const python = await findPython();
  if (python === undefined) return;
  const scope = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) ?? vscode.TaskScope.Workspace;
  const args = workflow === undefined ? [file] : [file, workflow];
  const name = `run ${workflow ?? path.basename(file)}`;
  await vscode.tasks.executeTask(task(python, { type: "nsc", command: "run", args }, scope, name));
}

/** Run a workflow of the file in the editor; asks which where there are several. */
async function runChosen(): Promise<void> {
  const file = await savedFile();
  const python = file === undefined ? undefined : await findPython();
  if (file === undefined || python === undefined) return;
  const { out } = await run(python, ["list", "workflows", file], path.dirname(file));
  const names = workflowNames(out);
  const workflow = names.length > 1 ? await vscode.window.showQuickPick(names, { title: "Run a workflow" }) : names[0];
  if (names.length > 1 && workflow === undefined) return;
  await runWorkflow(file, workflow);
}

async function graphOfEditor(): Promise<void> {
  const file = await savedFile();
  if (file !== undefined) await showGraph(file);
}

/** The file in the editor, saved; the person is told where there is none. */
async function savedFile(): Promise<string | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "nml") {
    void vscode.window.showInformationMessage("Open an .nml file first.");
    return undefined;
  }
  if ((document.isDirty || document.isUntitled) && !(await document.save())) return undefined;
  return vscode.window.activeTextEditor?.document.uri.fsPath;
}

/** Show where something is used: a lens tells it in the protocol's terms. */
async function showReferences(uri: string, position: Position, locations: Location[]): Promise<void> {
  const at = (one: Position) => new vscode.Position(one.line, one.character);
  const found = locations.map(
    (one) => new vscode.Location(vscode.Uri.parse(one.uri), new vscode.Range(at(one.range.start), at(one.range.end))),
  );
  await vscode.commands.executeCommand("editor.action.showReferences", vscode.Uri.parse(uri), at(position), found);
}

/** Ask for the name of what an action of the server has just made. */
async function rename(uri: string, position: Position): Promise<void> {
  const at = new vscode.Position(position.line, position.character);
  await vscode.commands.executeCommand("editor.action.rename", [vscode.Uri.parse(uri), at]);
}

const EXPLAINED = "nsc-explain";

/** Explain a diagnostic's code: the one under the cursor, or the one that is typed. */
async function explain(given?: string): Promise<void> {
  const value = given ?? codeAtCursor() ?? "";
  const asked = { title: "Explain a diagnostic", prompt: "A code or its name, like NS0301 or type-mismatch", value };
  const code = given ?? (await vscode.window.showInputBox(asked));
  if (code === undefined || code.trim() === "") return;
  const uri = vscode.Uri.from({ scheme: EXPLAINED, path: code.trim() });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
}

function codeAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const under = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find((one) => one.source === "nsc" && one.range.intersection(editor.selection) !== undefined);
  const code = typeof under?.code === "object" ? under.code.value : under?.code;
  return code === undefined ? undefined : String(code);
}

async function provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
  const python = await findPython();
  if (python === undefined) return "";
  const { code, out, err } = await run(python, ["explain", uri.path]);
  return code === 0 ? out : err;
}
