import * as vscode from "vscode";
import { register } from "./commands.js";
import { onInterpreterChange } from "./compiler.js";
import { Server } from "./server.js";
import { provider } from "./tasks.js";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const server = new Server();
  const restart = () => void server.restart();
  const another = onInterpreterChange(restart);
  context.subscriptions.push(
    server,
    ...register(server),
    vscode.tasks.registerTaskProvider("nsc", provider),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("nsc.python")) restart();
    }),
    ...(another === undefined ? [] : [another]),
  );
  await server.restart();
}
