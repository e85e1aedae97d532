// A program as VS Code shows it, as a page on standard output: render.mjs FILE THEME, where the theme is one of tm-themes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { loadGrammar, textmate } from "./tokenize.mjs";

const require = createRequire(import.meta.url);
const [file, name] = process.argv.slice(2);
const theme = JSON.parse(readFileSync(require.resolve(`tm-themes/themes/${name}.json`), "utf8"));
const ground = { settings: { foreground: theme.colors["editor.foreground"], background: theme.colors["editor.background"] } };
const { grammar, colours } = await loadGrammar({ theme: { name, settings: [ground, ...theme.tokenColors] } });

const FOREGROUND = { shift: 15, mask: 0x1ff };
const STYLES = { shift: 11, italic: 1, bold: 2 };

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** One line, each run of one colour in a span. */
function drawn(line, { tokens }) {
  let html = "";
  for (let index = 0; index < tokens.length; index += 2) {
    const [start, metadata] = [tokens[index], tokens[index + 1]];
    const colour = colours[(metadata >>> FOREGROUND.shift) & FOREGROUND.mask];
    const style = metadata >>> STYLES.shift;
    const italic = style & STYLES.italic ? "font-style: italic;" : "";
    const bold = style & STYLES.bold ? "font-weight: bold;" : "";
    html += `<span style="color: ${colour};${italic}${bold}">${escaped(line.slice(start, tokens[index + 2]))}</span>`;
  }
  return `<li>${html}</li>`;
}

let stack = textmate.INITIAL;
const lines = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => {
  const result = grammar.tokenizeLine2(line, stack);
  stack = result.ruleStack;
  return drawn(line, result);
});
const { foreground, background } = ground.settings;
process.stdout.write(`<!DOCTYPE html>
<meta charset="utf-8">
<title>${escaped(basename(file))}</title>
<style>
  body { margin: 0; padding: 16px 0; background: ${background}; color: ${foreground}; }
  ol { margin: 0; padding: 0 24px; list-style: none; counter-reset: line; font: 14px/21px "DejaVu Sans Mono", "Liberation Mono", monospace; }
  li { white-space: pre; min-height: 21px; counter-increment: line; }
  li::before {
    content: counter(line); display: inline-block; width: 24px; margin-right: 24px; text-align: right;
    color: ${theme.colors["editorLineNumber.foreground"] ?? "#858585"};
  }
</style>
<ol>
${lines.join("\n")}
</ol>
`);
