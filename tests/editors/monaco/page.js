// Attaches Monaco's own client to the language server and does what a person would; what is then to be seen on the page
// is sent back as facts. The address says where: ?socket=…&file=…&text=…
const given = new URLSearchParams(location.search);
const facts = {};

/** Wait until something is true, and give it back. */
async function until(what, check, tries = 600) {
  for (let left = tries; left > 0; left--) {
    const found = check();
    if (found) return found;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

const shown = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.offsetParent !== null || one.getClientRects().length);

function goTo(editor, text, shift = 0) {
  const at = editor.getModel().getPositionAt(editor.getValue().indexOf(text) + shift);
  editor.setPosition(at);
  editor.focus();
}

async function diagnostics(editor) {
  await until("a marker", () => monaco.editor.getModelMarkers({ resource: editor.getModel().uri }).length);
  facts.markers = monaco.editor.getModelMarkers({ resource: editor.getModel().uri }).map((one) => ({
    line: one.startLineNumber,
    message: one.message,
    code: one.code?.value ?? one.code,
  }));
  facts.squiggles = (await until("a squiggle", () => shown(".squiggly-error").length));
}

async function hover(editor) {
  goTo(editor, "| price", 3);
  editor.trigger("test", "editor.action.showHover");
  const box = await until("the hover", () => shown(".monaco-hover").find((one) => one.textContent.includes("costs")));
  facts.hover = box.textContent;
}

async function completion(editor) {
  goTo(editor, "price | ", "price | ".length);
  editor.trigger("test", "editor.action.triggerSuggest");
  const rows = await until("suggestions", () => {
    const found = shown(".suggest-widget .monaco-list-row");
    return found.length > 1 && found;
  });
  facts.completion = rows.map((one) => one.querySelector(".label-name").textContent);
  editor.trigger("test", "hideSuggestWidget");
}

async function fix(editor) {
  goTo(editor, "roundd", 2);
  editor.trigger("test", "editor.action.quickFix");
  const offers = await until("fixes", () => {
    const found = shown(".action-widget .monaco-list-row.action");
    return found.length && found;
  });
  facts.offers = offers.map((one) => one.textContent);
  editor.trigger("test", "acceptSelectedCodeAction");
  await until("the fix", () => !editor.getValue().includes("roundd"));
  await until("no markers", () => !monaco.editor.getModelMarkers({ resource: editor.getModel().uri }).length);
  facts.fixed = editor.getValue();
}

async function main() {
  monaco.languages.register({ id: "nml", extensions: [".nml"] });
  const model = monaco.editor.createModel(given.get("text"), "nml", monaco.Uri.parse(given.get("file")));
  const editor = monaco.editor.create(document.getElementById("editor"), { model, minimap: { enabled: false } });
  const transport = await monaco.lsp.WebSocketTransport.connectTo({ address: given.get("socket") });
  new monaco.lsp.MonacoLspClient(transport);
  for (const step of [diagnostics, hover, completion, fix]) await step(editor);
}

window.MonacoEnvironment = { getWorkerUrl: () => "/vs/editor/editor.worker.js" };
require.config({ paths: { vs: "/vs" } });
require(["vs/editor/editor.main"], (loaded) => {
  window.monaco ??= loaded;
  main()
    .catch((error) => (facts.error = `${error.message}\n${document.body.innerText.slice(0, 2000)}`))
    .finally(() => fetch("/facts", { method: "POST", body: JSON.stringify(facts) }));
});
