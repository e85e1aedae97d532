// Which Python has the compiler. Nothing here knows of the editor, so that the tests run without one.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";

/** Where a Python was found; the order is the one in which they are asked. */
export type Origin = "setting" | "extension" | "folder" | "path";

export interface Candidate {
  python: string;
  origin: Origin;
}

/** What the search may know of the machine and of the editor. */
export interface Surroundings {
  /** The setting `nsc.python`; empty where it is not set. */
  setting: string;
  /** The interpreter that the Python extension has chosen. */
  chosen: string | undefined;
  /** The folders of the workspace. */
  folders: readonly string[];
  /** The environment variable PATH. */
  path: string;
  windows: boolean;
  exists(file: string): boolean;
}

/** What was found: a Python that has the compiler, or, where none has it, the one to install it into. */
export type Choice = { kind: "found"; candidate: Candidate } | { kind: "missing"; candidate: Candidate | undefined };

/** What a Python has to have for the language server. */
export const NEEDED = "import nscompiler, nslsp, pygls";

/** Every Python there is, in order, each once. A setting stands alone: who names one means it. */
export function candidates(around: Surroundings): Candidate[] {
  if (around.setting !== "") return [{ python: resolved(around), origin: "setting" }];
  const found: Candidate[] = [];
  if (around.chosen !== undefined && around.chosen !== "") found.push({ python: around.chosen, origin: "extension" });
  for (const folder of around.folders) {
    for (const name of [".venv", "venv"]) add(found, around, inEnvironment(path.join(folder, name), around), "folder");
  }
  const names = around.windows ? ["python.exe", "python3.exe"] : ["python3", "python"];
  for (const folder of around.path.split(around.windows ? ";" : ":").filter((one) => one !== "")) {
    for (const name of names) add(found, around, path.join(folder, name), "path");
  }
  return found.filter((one, index) => found.findIndex((other) => other.python === one.python) === index);
}

function add(found: Candidate[], around: Surroundings, python: string, origin: Origin): void {
  if (around.exists(python)) found.push({ python, origin });
}

function inEnvironment(folder: string, around: Surroundings): string {
  return around.windows ? path.join(folder, "Scripts", "python.exe") : path.join(folder, "bin", "python");
}

/** The setting as a path: `~`, `${workspaceFolder}` and a path below the first folder are understood. */
function resolved(around: Surroundings): string {
  const first = around.folders[0] ?? "";
  const written = around.setting.replaceAll("${workspaceFolder}", first);
  if (written.startsWith("~/")) return path.join(process.env["HOME"] ?? "", written.slice(2));
  const below = first !== "" && /[\\/]/.test(written) && !path.isAbsolute(written);
  return below ? path.join(first, written) : written;
}

/** The first candidate that has the compiler. */
export async function choose(
  around: Surroundings,
  hasCompiler: (python: string) => Promise<boolean>,
): Promise<Choice> {
  const all = candidates(around);
  for (const candidate of all) {
    if (await hasCompiler(candidate.python)) return { kind: "found", candidate };
  }
  return { kind: "missing", candidate: all[0] };
}

/** Whether a Python can be started and has the compiler and the language server. */
export function hasCompiler(python: string): Promise<boolean> {
  return new Promise((answer) => {
    execFile(python, ["-c", NEEDED], { timeout: 20_000, windowsHide: true }, (error) => answer(error === null));
  });
}

/** What to type to install the compiler into a Python. */
export function installCommand(python: string): string {
  const quoted = /[^\w./\\:-]/.test(python) ? `"${python}"` : python;
  return `${quoted} -m pip install "nscompiler[lsp]"`;
}

/** What to say where no Python has the compiler. */
export function missingMessage(candidate: Candidate | undefined): string {
  if (candidate === undefined) return "No Python was found. Install Python 3.11 or newer, or set nsc.python.";
  const where = { setting: "the Python of nsc.python", extension: "the chosen Python", folder: "the workspace's Python", path: "the Python on the PATH" };
  return `nscompiler is not installed in ${where[candidate.origin]}. Install it with: ${installCommand(candidate.python)}`;
}

/** The machine as it is. */
export function machine(setting: string, chosen: string | undefined, folders: readonly string[]): Surroundings {
  return {
    setting,
    chosen,
    folders,
    path: process.env["PATH"] ?? "",
    windows: process.platform === "win32",
    exists: existsSync,
  };
}
