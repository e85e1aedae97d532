// The graph of a workflow beside its text: the page that `nsc graph --format html` makes, made anew on save.
import * as path from "node:path";
import * as vscode from "vscode";
import { findPython, run } from "./compiler.js";
import { escaped, guarded, placeOf } from "./page.js";

const panels = new Map<string, vscode.WebviewPanel>();

/** Show the workflows of a file, or one of them. */
export async function showGraph(file: string, workflow?: string): Promise<void> {
  const key = JSON.stringify([file, workflow]);
  const panel = panels.get(key) ?? open(key, file, workflow);
  panel.reveal(undefined, true);
  await draw(panel, file, workflow);
}

function open(key: string, file: string, workflow: string | undefined): vscode.WebviewPanel {
  const title = `Graph of ${workflow ?? path.basename(file)}`;
  const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  const panel = vscode.window.createWebviewPanel("nsc.graph", title, place, {
    enableScripts: true,
    enableFindWidget: true,
    retainContextWhenHidden: true,
    localResourceRoots: [],
  });
  const saved = vscode.workspace.onDidSaveTextDocument((document) => {
    if (document.languageId === "nml") void draw(panel, file, workflow);
  });
  panel.webview.onDidReceiveMessage((message: { open?: unknown }) => void goTo(String(message.open)));
  panels.set(key, panel);
  panel.onDidDispose(() => {
    panels.delete(key);
    saved.dispose();
  });
  return panel;
}

/** Open the place that a link of the page leads to, beside the page. */
async function goTo(link: string): Promise<void> {
  const place = placeOf(link);
  if (place === undefined) return;
  const at = new vscode.Position(place.line - 1, place.column - 1);
  const shown = { viewColumn: vscode.ViewColumn.One, selection: new vscode.Range(at, at) };
  await vscode.window.showTextDocument(vscode.Uri.file(place.path), shown);
}

async function draw(panel: vscode.WebviewPanel, file: string, workflow: string | undefined): Promise<void> {
  const python = await findPython();
  if (python === undefined) return;
  const named = workflow === undefined ? [] : [workflow];
  const args = ["graph", "--format", "html", "--links", "vscode", file, ...named];
  const { code, out, err } = await run(python, args, path.dirname(file));
  panel.webview.html = guarded(code === 0 ? out : `<html><head></head><body><pre>${escaped(err)}</pre></body></html>`);
}
