// Tokens of texts as VS Code sees them: a JSON array of texts on standard input; on standard output, for each, a list
// of [start, end, scopes], offsets in UTF-16 units. The argument is a scope, if it is not source.nml.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");

export const textmate = require("vscode-textmate");

/** The tokenizer of the grammar beside this file, or of another that holds it, in the colours of a theme if there is one. */
export async function loadGrammar({ theme, scope = "source.nml" } = {}) {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const paths = {
    "source.nml": fileURLToPath(new URL("nml.tmLanguage.json", import.meta.url)),
    "text.html.markdown": require.resolve("tm-grammars/grammars/markdown.json"),
    "markdown.nml.codeblock": fileURLToPath(new URL("../vscode/grammars/markdown.tmLanguage.json", import.meta.url)),
    "source.sql": require.resolve("tm-grammars/grammars/sql.json"),
  };
  const registry = new textmate.Registry({
    theme,
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (name) =>
      paths[name] ? textmate.parseRawGrammar(readFileSync(paths[name], "utf8"), paths[name]) : null,
    getInjections: (name) => (name === "text.html.markdown" ? ["markdown.nml.codeblock"] : undefined),
  });
  return { grammar: await registry.loadGrammar(scope), colours: registry.getColorMap() };
}

/** The tokens of one text, white space included. */
export function tokenize(grammar, text) {
  const tokens = [];
  let stack = textmate.INITIAL;
  let offset = 0;
  for (const line of text.split(/(?<=\n|\r(?!\n))/)) {
    const bare = line.replace(/[\r\n]+$/, "");
    const result = grammar.tokenizeLine(bare, stack);
    for (const token of result.tokens) {
      const end = Math.min(token.endIndex, bare.length);
      if (end > token.startIndex) tokens.push([offset + token.startIndex, offset + end, token.scopes]);
    }
    stack = result.ruleStack;
    offset += line.length;
  }
  return tokens;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { grammar } = await loadGrammar({ scope: process.argv[2] });
  const texts = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(texts.map((text) => tokenize(grammar, text))));
}
