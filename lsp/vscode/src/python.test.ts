import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, choose, installCommand, missingMessage, type Surroundings } from "./python.js";

function around(more: Partial<Surroundings> & { files?: string[] }): Surroundings {
  const files = new Set(more.files ?? []);
  return { setting: "", chosen: undefined, folders: [], path: "", windows: false, exists: (file) => files.has(file), ...more };
}

test("a setting stands alone", () => {
  const found = candidates(around({ setting: "/opt/py", chosen: "/ext", folders: ["/w"], files: ["/w/.venv/bin/python"] }));
  assert.deepEqual(found, [{ python: "/opt/py", origin: "setting" }]);
});

test("a setting may be relative to the workspace, a bare name is looked up on the PATH", () => {
  const python = (setting: string) => candidates(around({ setting, folders: ["/w"] }))[0]?.python;
  assert.equal(python("env/bin/python"), "/w/env/bin/python");
  assert.equal(python("${workspaceFolder}/env/bin/python"), "/w/env/bin/python");
  assert.equal(python("python3.12"), "python3.12");
});

test("the Python extension's choice, then environments of the folders, then the PATH", () => {
  const found = candidates(
    around({
      chosen: "/ext/python",
      folders: ["/a", "/b"],
      path: "/usr/local/bin:/usr/bin",
      files: ["/b/.venv/bin/python", "/a/venv/bin/python", "/usr/bin/python3", "/usr/bin/python"],
    }),
  );
  assert.deepEqual(
    found.map((one) => `${one.origin} ${one.python}`),
    ["extension /ext/python", "folder /a/venv/bin/python", "folder /b/.venv/bin/python", "path /usr/bin/python3", "path /usr/bin/python"],
  );
});

test("a Python is asked once, however it was found", () => {
  const found = candidates(around({ chosen: "/w/.venv/bin/python", folders: ["/w"], files: ["/w/.venv/bin/python"] }));
  assert.deepEqual(found, [{ python: "/w/.venv/bin/python", origin: "extension" }]);
});

test("the first that has the compiler is chosen", async () => {
  const place = around({ path: "/a:/b", files: ["/a/python3", "/b/python3"] });
  const asked: string[] = [];
  const choice = await choose(place, async (python) => {
    asked.push(python);
    return python === "/b/python3";
  });
  assert.deepEqual(choice, { kind: "found", candidate: { python: "/b/python3", origin: "path" } });
  assert.deepEqual(asked, ["/a/python3", "/b/python3"]);
});

test("where none has it, the message says what to type", async () => {
  const place = around({ folders: ["/my w"], files: ["/my w/.venv/bin/python"] });
  const choice = await choose(place, async () => false);
  assert.equal(choice.kind, "missing");
  assert.equal(
    missingMessage(choice.candidate),
    'nscompiler is not installed in the workspace\'s Python. Install it with: "/my w/.venv/bin/python" -m pip install "nscompiler[lsp]"',
  );
  assert.equal(installCommand("python3"), 'python3 -m pip install "nscompiler[lsp]"');
  assert.match(missingMessage(undefined), /No Python was found/);
});
