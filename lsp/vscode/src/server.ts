// The language server: started from the chosen Python, started again when that changes.
import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from "vscode-languageclient/node";
import { findPython, forgetPython } from "./compiler.js";

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly output = vscode.window.createOutputChannel("NStack", { log: true });

  /** Start it, or start it anew. Calls that come while one runs wait for their turn. */
  restart(): Promise<void> {
    this.queue = this.queue.then(() => this.startAnew()).catch((error: unknown) => this.failed(error));
    return this.queue;
  }

  private async startAnew(): Promise<void> {
    await this.stop();
    if (!vscode.workspace.isTrusted) return;
    forgetPython();
    const python = await findPython();
    if (python === undefined) return;
    this.output.info(`starting ${python} -m nscompiler lsp`);
    this.client = new LanguageClient("nsc", "NStack", command(python), options(this.output));
    this.client.registerFeature(commandsOfTheClient);
    await this.client.start();
  }

  private failed(error: unknown): void {
    this.output.error(String(error));
    const show = "Show the output";
    void vscode.window.showErrorMessage(`The language server did not start: ${String(error)}`, show).then((answer) => {
      if (answer === show) this.showOutput();
    });
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop()) await client.stop();
    await client?.dispose();
  }

  showOutput(): void {
    this.output.show();
  }

  dispose(): void {
    void this.stop();
    this.output.dispose();
  }
}

/** Tells the server which commands it may put behind an edit. */
const commandsOfTheClient: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { ...capabilities.experimental, commands: ["nsc.rename"] };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

function command(python: string): ServerOptions {
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return { command: python, args: ["-m", "nscompiler", "lsp"], ...(cwd === undefined ? {} : { options: { cwd } }) };
}

function options(outputChannel: vscode.LogOutputChannel): LanguageClientOptions {
  return {
    documentSelector: [
      { scheme: "file", language: "nml" },
      { scheme: "untitled", language: "nml" },
      { scheme: "file", pattern: "**/nstack.yaml" },
      { scheme: "file", pattern: "**/nstack-project.yaml" },
    ],
    outputChannel,
    synchronize: { configurationSection: "nsc" },
    markdown: { isTrusted: false, supportHtml: false },
  };
}
