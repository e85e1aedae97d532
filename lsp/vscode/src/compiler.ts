// The compiler's commands as child processes, and the Python that was chosen for them.
import { execFile } from "node:child_process";
import * as vscode from "vscode";
import { choose, hasCompiler, installCommand, machine, missingMessage, type Candidate } from "./python.js";

/** The interpreter chosen in the ms-python extension for a folder, if that extension is installed. */
async function chosenInterpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension("ms-python.python");
  if (extension === undefined) return undefined;
  const api = (extension.isActive ? extension.exports : await extension.activate()) as PythonApi | undefined;
  return api?.environments?.getActiveEnvironmentPath?.(folder)?.path;
}

interface PythonApi {
  environments?: {
    getActiveEnvironmentPath?(resource?: vscode.Uri): { path: string } | undefined;
    onDidChangeActiveEnvironmentPath?(listener: () => void): vscode.Disposable;
  };
}

/** Calls back when another interpreter is chosen in the ms-python extension. */
export function onInterpreterChange(changed: () => void): vscode.Disposable | undefined {
  const api = vscode.extensions.getExtension("ms-python.python")?.exports as PythonApi | undefined;
  return api?.environments?.onDidChangeActiveEnvironmentPath?.(changed);
}

function folders(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).filter((one) => one.uri.scheme === "file").map((one) => one.uri.fsPath);
}

/** The Python with the compiler, or what to install it into. */
async function search(): Promise<{ python?: string; candidate: Candidate | undefined }> {
  const setting = vscode.workspace.getConfiguration("nsc").get("python", "");
  const first = vscode.workspace.workspaceFolders?.[0]?.uri;
  const choice = await choose(machine(setting, await chosenInterpreter(first), folders()), hasCompiler);
  return choice.kind === "found"
    ? { python: choice.candidate.python, candidate: choice.candidate }
    : { candidate: choice.candidate };
}

let known: string | undefined;

/** Search anew the next time: another Python was chosen, or something was installed. */
export function forgetPython(): void {
  known = undefined;
}

/** The Python with the compiler; where there is none, undefined, and the person is told what to do unless `quiet`. */
export async function findPython(quiet = false): Promise<string | undefined> {
  if (known !== undefined) return known;
  const { python, candidate } = await search();
  known = python;
  if (python === undefined && !quiet) void tellMissing(candidate);
  return python;
}

async function tellMissing(candidate: Candidate | undefined): Promise<void> {
  const install = "Install";
  const choose = "Choose a Python";
  const offers = candidate === undefined ? [choose] : [install, choose];
  const answer = await vscode.window.showErrorMessage(missingMessage(candidate), ...offers);
  if (answer === choose) await vscode.commands.executeCommand("workbench.action.openSettings", "nsc.python");
  if (answer === install && candidate !== undefined) installInto(candidate.python);
}

function installInto(python: string): void {
  const terminal = vscode.window.createTerminal("Install nscompiler");
  terminal.show();
  terminal.sendText(installCommand(python), false); // for the person to send, or to change first
}

/** The command nsc.install: types what installs the compiler into a terminal. */
export async function install(): Promise<void> {
  const { python, candidate } = await search();
  if (python !== undefined) void vscode.window.showInformationMessage(`nscompiler is installed in ${python}.`);
  else if (candidate !== undefined) installInto(candidate.python);
  else void tellMissing(undefined);
}

export interface Output {
  code: number;
  out: string;
  err: string;
}

/** What a command of the compiler prints, and its exit code. */
export function run(python: string, args: readonly string[], cwd?: string): Promise<Output> {
  return new Promise((answer) => {
    const options = { maxBuffer: 64 << 20, windowsHide: true, ...(cwd === undefined ? {} : { cwd }) };
    execFile(python, ["-m", "nscompiler", ...args], options, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      answer({ code, out, err: err !== "" ? err : (error?.message ?? "") });
    });
  });
}
