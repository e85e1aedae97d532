"use strict";
(() => {
  const workflows = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const stage = by("stage"), panel = by("panel"), tip = by("tip"), search = by("search");
  const pictures = [...document.querySelectorAll(".picture")];
  const views = pictures.map(() => null);
  let current = 0, chosen = null;

  const graph = () => workflows[current];
  const svg = () => pictures[current].querySelector("svg");
  const typeOf = (id) => graph().types[id];
  const nodeOf = (id) => svg().querySelector(`.node[data-node="${id}"]`);

  // The browser's own tooltips would stand beside ours.
  for (const title of document.querySelectorAll(".picture .node > title, .picture .edge > title")) title.remove();

  function made(tag, text, name) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  }

  // A doc comment: its HTML was made where the page was, and holds no markup of the comment's own.
  function prose(tag, html) {
    const element = made(tag, undefined, "doc");
    element.innerHTML = html;
    return element;
  }

  // --- the view

  function show(view) {
    views[current] = view;
    pictures[current].style.transform = `translate(${view.x}px,${view.y}px) scale(${view.scale})`;
  }

  function fit() {
    const width = svg().width.baseVal.value, height = svg().height.baseVal.value;
    const scale = Math.min(1.25, stage.clientWidth / width, stage.clientHeight / height);
    // What would be too small to read begins at its top.
    const legible = Math.max(scale, Math.min(0.55, stage.clientWidth / width));
    show({ scale: legible, x: (stage.clientWidth - width * legible) / 2, y: Math.max(0, (stage.clientHeight - height * legible) / 2) });
  }

  function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const old = views[current], scale = Math.min(4, Math.max(0.05, old.scale * factor)), real = scale / old.scale;
    show({ scale, x: x - (x - old.x) * real, y: y - (y - old.y) * real });
  }

  function move(x, y) {
    const old = views[current];
    show({ scale: old.scale, x: old.x + x, y: old.y + y });
  }

  function reveal(element) {
    const box = element.getBoundingClientRect(), frame = stage.getBoundingClientRect(), edge = 24;
    let x = 0, y = 0;
    if (box.left < frame.left + edge) x = frame.left + edge - box.left;
    else if (box.right > frame.right - edge) x = frame.right - edge - box.right;
    if (box.top < frame.top + edge) y = frame.top + edge - box.top;
    else if (box.bottom > frame.bottom - edge) y = frame.bottom - edge - box.bottom;
    if (x || y) move(x, y);
  }

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const frame = stage.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey || !event.shiftKey) zoom(Math.exp(-event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
    else move(-event.deltaY, 0);
  }, { passive: false });

  let held = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button === 0) held = { x: event.clientX, y: event.clientY, moved: false };
  });
  stage.addEventListener("pointermove", (event) => {
    if (!held) return;
    const x = event.clientX - held.x, y = event.clientY - held.y;
    if (!held.moved && Math.hypot(x, y) < 4) return;
    if (!held.moved) stage.setPointerCapture(event.pointerId);
    stage.classList.add("moving");
    move(x, y);
    held = { x: event.clientX, y: event.clientY, moved: true };
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, () => {
      // The click that follows a drag chooses nothing.
      if (held && held.moved) stage.addEventListener("click", (event) => event.stopPropagation(), { capture: true, once: true });
      held = null;
      stage.classList.remove("moving");
    });
  }

  // --- the panel

  function from(place, link) {
    const line = made("span", undefined, "from");
    if (link) {
      const anchor = made("a", place);
      anchor.href = link;
      line.append(anchor);
    } else line.append(made("code", place));
    const copy = made("button", "Copy");
    copy.type = "button";
    copy.setAttribute("aria-label", `Copy ${place}`);
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(place);
        copy.textContent = "Copied";
      } catch {
        window.prompt("Copy:", place);
      }
    });
    line.append(copy);
    return line;
  }

  function parameters(list) {
    const all = made("dl");
    for (const own of list) {
      const head = made("dt");
      head.append(made("code", `${own.name} : ${own.type} = ${own.value}`), " ");
      head.append(made("span", own.required ? "must be set" : own.set ? "set here" : "default", "badge"));
      all.append(head);
      if (own.prose) all.append(prose("dd", own.prose));
      if (own.place) {
        const where = made("dd");
        where.append(from(own.place, own.link));
        all.append(where);
      }
    }
    return all;
  }

  function section(title, ...parts) {
    panel.append(made("h3", title), ...parts);
  }

  function choose(id, focus) {
    const node = graph().nodes[id];
    for (const other of document.querySelectorAll(".node.chosen")) other.classList.remove("chosen");
    chosen = id;
    nodeOf(id).classList.add("chosen");
    panel.replaceChildren();
    panel.hidden = false;
    const close = made("button", "\u00d7", "close");
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", unchoose);
    panel.append(close, made("h2", node.name), made("p", node.module ? `${node.kind} of ${node.module}` : node.kind, "kind"));
    if (node.prose) panel.append(prose("div", node.prose));
    const input = typeOf(node.input), output = typeOf(node.output);
    const definitions = [...new Set([...input.definitions, ...output.definitions])];
    section("Type", made("pre", `${input.name} -> ${output.name}`), ...definitions.map((text) => made("pre", text)));
    if (node.parameters.length) section("Parameters", parameters(node.parameters));
    if (node.policy.length) section("Policy", ...node.policy.map(([name, value]) => made("pre", `${name} = ${value}`)));
    if (node.process) section("Process", made("pre", node.process));
    section("In the program", made("pre", node.text), from(node.place, node.link));
    if (focus) panel.querySelector("button").focus();
    reveal(nodeOf(id));
  }

  function unchoose() {
    const last = chosen;
    chosen = null;
    panel.hidden = true;
    if (last !== null) {
      const node = nodeOf(last);
      node.classList.remove("chosen");
      if (panel.contains(document.activeElement) || document.activeElement === document.body) node.focus();
    }
  }

  stage.addEventListener("click", (event) => {
    const node = event.target.closest(".node");
    if (node) choose(node.dataset.node, false);
  });

  // --- what an edge carries

  function tell(edge, x, y) {
    const own = typeOf(graph().edges[edge.dataset.edge].type);
    tip.replaceChildren(made("strong", own.name), ...own.definitions.map((text) => made("pre", text)));
    tip.hidden = false;
    const room = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 14, window.innerWidth - room.width - 8))}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 14, window.innerHeight - room.height - 8))}px`;
  }

  stage.addEventListener("pointermove", (event) => {
    const edge = held ? null : event.target.closest(".edge");
    if (edge) tell(edge, event.clientX, event.clientY);
    else tip.hidden = true;
  });
  stage.addEventListener("pointerleave", () => { tip.hidden = true; });
  stage.addEventListener("focusin", (event) => {
    const target = event.target;
    if (target === stage || !target.matches(":focus-visible")) return;
    reveal(target);
    tip.hidden = true;
    if (target.matches(".edge")) {
      const box = target.querySelector(".label").getBoundingClientRect();
      tell(target, box.left, box.bottom);
    }
  });
  stage.addEventListener("focusout", () => { tip.hidden = true; });

  // --- the search

  let hits = [], turn = -1;

  function matches(words, values) {
    const text = JSON.stringify(values).toLowerCase();
    return words.every((word) => text.includes(word));
  }

  function find() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    document.body.classList.toggle("searching", words.length > 0);
    hits = [];
    turn = -1;
    for (const node of svg().querySelectorAll(".node")) {
      const own = graph().nodes[node.dataset.node];
      const types = own.sign ? [] : [typeOf(own.input).name, typeOf(own.output).name];
      const told = [own.name, own.module, own.doc, types, own.parameters.map((one) => [one.name, one.value])];
      const hit = words.length > 0 && matches(words, told);
      node.classList.toggle("hit", hit);
      if (hit) hits.push(node);
    }
    for (const edge of svg().querySelectorAll(".edge")) {
      edge.classList.toggle("hit", words.length > 0 && matches(words, [typeOf(graph().edges[edge.dataset.edge].type).name]));
    }
    by("found").textContent = words.length ? `${hits.length} of ${Object.keys(graph().nodes).length}` : "";
  }

  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hits.length) {
      turn = (turn + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
      choose(hits[turn].dataset.node, false);
    } else if (event.key === "Escape") {
      search.value = "";
      find();
    }
  });

  // --- keys

  function neighbour(id, forward) {
    const edge = graph().edges.find((one) => String(forward ? one.source : one.target) === id);
    return edge && nodeOf(forward ? edge.target : edge.source);
  }

  stage.addEventListener("keydown", (event) => {
    const node = event.target.closest(".node"), step = 60;
    const arrows = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.key in arrows) {
      const next = node && ["ArrowUp", "ArrowDown"].includes(event.key) && neighbour(node.dataset.node, event.key === "ArrowDown");
      if (next) next.focus();
      else move(...arrows[event.key]);
    } else if (node && (event.key === "Enter" || event.key === " ")) choose(node.dataset.node, true);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else if (event.key === "/") search.focus();
    else if (event.key === "Escape") unchoose();
    else return;
    event.preventDefault();
  });

  // --- the rest

  function start(number) {
    if (chosen !== null) unchoose();
    current = number;
    pictures.forEach((picture, at) => { picture.hidden = at !== number; });
    by("heading").textContent = graph().name;
    by("module").textContent = graph().module;
    by("heading").title = graph().doc;
    if (!views[number]) fit();
    find();
  }

  // `#workflow` or `#workflow/node`: what an editor or a document may lead to.
  function named() {
    const name = decodeURIComponent(location.hash.slice(1)).split("/")[0];
    return Math.max(0, workflows.findIndex((one) => one.name === name));
  }

  function open() {
    const node = location.hash.split("/")[1];
    start(named());
    if (node in graph().nodes) choose(node, false);
  }

  const select = by("workflow");
  if (select) {
    select.addEventListener("change", () => { location.hash = encodeURIComponent(workflows[select.value].name); start(Number(select.value)); });
    window.addEventListener("hashchange", () => { if (named() !== current) { select.value = named(); start(named()); } });
    select.value = named();
  }
  by("in").addEventListener("click", () => zoom(1.25));
  by("out").addEventListener("click", () => zoom(0.8));
  by("fit").addEventListener("click", fit);
  by("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  });
  // An editor that shows the page in a frame says its theme there.
  function adopt() {
    const kind = document.body.dataset.vscodeThemeKind;
    if (kind) document.documentElement.dataset.theme = /light/.test(kind) ? "light" : "dark";
  }

  new MutationObserver(adopt).observe(document.body, { attributeFilter: ["data-vscode-theme-kind"] });
  adopt();
  window.addEventListener("resize", fit);
  if (workflows.length) open();
})();
