// What package.json declares: the problem matcher on lines of `nsc check --format concise`, and files that exist.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const matcher = manifest.contributes.problemMatchers[0].pattern;

function matched(line: string): Record<string, string> | undefined {
  const match = new RegExp(matcher.regexp).exec(line);
  if (match === null) return undefined;
  const parts = ["file", "line", "column", "severity", "code", "message"];
  return Object.fromEntries(parts.map((part) => [part, match[matcher[part]] ?? ""]));
}

test("a line of the concise format is taken apart", () => {
  assert.deepEqual(matched("a b/wrong: x.nml:8:41: error[NS0301] `a` gives Text: at `b`, but `c` needs Double"), {
    file: "a b/wrong: x.nml",
    line: "8",
    column: "41",
    severity: "error",
    code: "NS0301",
    message: "`a` gives Text: at `b`, but `c` needs Double",
  });
});

test("other lines are left alone", () => {
  for (const line of ["1 error in 1 file", "", "error: no such file: x.nml", "x.nml: error[NS0101] cannot be read"]) {
    assert.equal(matched(line), undefined);
  }
});

test("every command that a menu or a walkthrough names is declared or the server's", () => {
  const declared = new Set(manifest.contributes.commands.map((one: { command: string }) => one.command));
  const named = JSON.stringify([manifest.contributes.menus, manifest.contributes.walkthroughs]).matchAll(/\bnsc\.\w+/g);
  const servers = new Set(["nsc.run", "nsc.graph"]);
  for (const [name] of named) assert.ok(declared.has(name) || servers.has(name), name);
});

test("the files of the walkthrough and the icons are there", () => {
  for (const step of manifest.contributes.walkthroughs[0].steps) assert.ok(existsSync(step.media.markdown));
  for (const icon of Object.values<string>(manifest.contributes.languages[0].icon)) assert.ok(existsSync(icon));
});
