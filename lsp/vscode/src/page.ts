// Pages that are shown in the editor, and texts that come from elsewhere.
import { fileURLToPath } from "node:url";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** A page that may load nothing from anywhere: its scripts and styles are in it. */
export function guarded(page: string): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  return page.replace(/<head(\s[^>]*)?>/i, (head) => head + policy);
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
