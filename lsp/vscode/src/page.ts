// Pages that are shown in the editor, and texts that come from elsewhere.
import { fileURLToPath } from "node:url";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

// Places are opened by the editor itself, and the page is light or dark as the editor is.
const SCRIPT = `
  const editor = acquireVsCodeApi();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='vscode://file']");
    if (link === null) return;
    event.preventDefault();
    editor.postMessage({ open: link.getAttribute("href") });
  }, true);
  addEventListener("DOMContentLoaded", () => {
    const kind = document.body.dataset.vscodeThemeKind ?? "";
    if (kind !== "") document.documentElement.dataset.theme = /dark|high-contrast$/.test(kind) ? "dark" : "light";
  });
`;

/** A page that may load nothing from anywhere, its scripts and styles being in it, and that leaves links to the editor. */
export function guarded(page: string): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>${SCRIPT}</script>`;
  return page.replace(/<head(\s[^>]*)?>/i, (head) => head + policy);
}

/** The place that such a link leads to: the path, and line and column from 1; undefined where it is no place. */
export function placeOf(link: string): { path: string; line: number; column: number } | undefined {
  const match = /^vscode:\/\/file(\/.*?)(?::(\d+))?(?::(\d+))?$/.exec(link);
  if (match?.[1] === undefined) return undefined;
  return { path: decodeURIComponent(match[1]), line: Number(match[2] ?? 1), column: Number(match[3] ?? 1) };
}

/** A text as it stands in a page. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The name in a line of `nsc list workflows`, which has the members of a module below it, indented. */
export function workflowNames(listed: string): string[] {
  return listed.split("\n").flatMap((line) => /^\s+(?:def\s+)?([\w']+)\s*:/u.exec(line)?.[1] ?? []);
}

/** The path of a file that a command is given, as a path or as the address of a document. */
export function pathOf(given: string): string {
  return given.startsWith("file:") ? fileURLToPath(given) : given;
}
