// Bundles the extension, and copies what has its one source elsewhere: the grammar with its settings, and the licence.
import { build } from "esbuild";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";

const shared = { bundle: true, platform: "node", format: "cjs", target: "node20", external: ["vscode"] };

if (process.argv.includes("--tests")) {
  rmSync("dist-tests", { recursive: true, force: true });
  const tests = readdirSync("src").filter((name) => name.endsWith(".test.ts"));
  await build({ ...shared, entryPoints: tests.map((name) => `src/${name}`), outdir: "dist-tests" });
} else {
  mkdirSync("syntaxes", { recursive: true });
  cpSync("../textmate/nml.tmLanguage.json", "syntaxes/nml.tmLanguage.json");
  for (const name of ["language-configuration.json", "snippets.json"]) cpSync(`../textmate/${name}`, name);
  cpSync("../../LICENSE", "LICENSE");
  await build({ ...shared, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", minify: true });
}
