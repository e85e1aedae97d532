import assert from "node:assert/strict";
import { test } from "node:test";
import { escaped, guarded, pathOf, placeOf, workflowNames } from "./page.js";

test("a page gets its policy once, in its head", () => {
  const page = guarded('<!DOCTYPE html>\n<html lang="en"><head>\n<title>x</title></head><body></body></html>');
  assert.match(page, /<head><meta http-equiv="Content-Security-Policy" content="default-src 'none';/);
  assert.equal(page.split("Content-Security-Policy").length, 2);
});

test("what a message says is no markup", () => {
  assert.equal(escaped("a <b> & c"), "a &lt;b&gt; &amp; c");
});

test("workflows are read from what nsc list prints", () => {
  assert.deepEqual(workflowNames("Orders.Workflows:1.0.0\n    daily : Workflow\n    abroad' : Workflow\nask\n    main : Workflow\n"), ["daily", "abroad'", "main"]);
});

test("a file is given as a path or as an address", () => {
  assert.equal(pathOf("file:///a%20b/c.nml"), "/a b/c.nml");
  assert.equal(pathOf("/a b/c.nml"), "/a b/c.nml");
});

test("a link leads to a place", () => {
  assert.deepEqual(placeOf("vscode://file/a%20b/c.nml:3:7"), { path: "/a b/c.nml", line: 3, column: 7 });
  assert.deepEqual(placeOf("vscode://file/c.nml"), { path: "/c.nml", line: 1, column: 1 });
  assert.equal(placeOf("https://example.org/c.nml:3:7"), undefined);
});
