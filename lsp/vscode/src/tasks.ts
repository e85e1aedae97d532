// Tasks: `nsc check` and its like, with the problem matcher on what they print.
import * as vscode from "vscode";
import { findPython } from "./compiler.js";

export interface NscTask extends vscode.TaskDefinition {
  type: "nsc";
  command: string;
  args?: string[];
}

// `check` prints a line for each problem, which the matcher reads; the others print for people.
const LINES = new Set(["check"]);

/** A task that runs one of the compiler's commands in a terminal. */
export function task(
  python: string,
  definition: NscTask,
  scope: vscode.WorkspaceFolder | vscode.TaskScope,
  name = [definition.command, ...(definition.args ?? [])].join(" "),
): vscode.Task {
  const format = LINES.has(definition.command) ? ["--format", "concise"] : [];
  const args = ["-m", "nscompiler", definition.command, ...format, ...(definition.args ?? [])];
  const made = new vscode.Task(definition, scope, name, "nsc", new vscode.ProcessExecution(python, args), "$nsc");
  if (definition.command === "build") made.group = vscode.TaskGroup.Build;
  if (definition.command === "test") made.group = vscode.TaskGroup.Test;
  return made;
}

export const provider: vscode.TaskProvider = {
  async provideTasks(): Promise<vscode.Task[]> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length === 0 || !vscode.workspace.isTrusted) return [];
    const python = await findPython(true);
    if (python === undefined) return [];
    return folders.flatMap((folder) =>
      ["check", "build", "test", "fmt"].map((command) => task(python, { type: "nsc", command }, folder)),
    );
  },
  async resolveTask(given: vscode.Task): Promise<vscode.Task | undefined> {
    const python = await findPython();
    if (python === undefined) return undefined;
    return task(python, given.definition as NscTask, given.scope ?? vscode.TaskScope.Workspace, given.name);
  },
};
