"use strict";
(() => {
  const input = document.getElementById("search"), list = document.getElementById("results");
  const entries = (window.nscSearch || []).map((entry) => ({ entry, name: entry[1].toLowerCase(), all: entry.join(" ").toLowerCase() }));
  const most = 30;
  let links = [], at = -1;

  // What is called so comes before what begins so, that before what has it in its name, and that before the rest.
  function rank(one, words) {
    if (!words.every((word) => one.all.includes(word))) return -1;
    const word = words[0];
    if (one.name === word) return 0;
    if (one.name.startsWith(word) || one.name.split(".").some((part) => part.startsWith(word))) return 1;
    return one.name.includes(word) ? 2 : 3;
  }

  function item(entry, place) {
    const [kind, name, module, address, about] = entry;
    const row = document.createElement("li"), link = document.createElement("a"), more = document.createElement("small");
    const shown = document.createElement("span");
    row.setAttribute("role", "option");
    row.id = `result-${place}`;
    shown.className = "code";
    shown.textContent = name;
    more.textContent = [`${kind} ${kind === "module" ? module : `in ${module}`}`, about].filter(Boolean).join(" – ");
    const [page, anchor] = address.split("#");
    link.href = encodeURIComponent(page) + (anchor ? `#${encodeURIComponent(anchor)}` : "");
    link.tabIndex = -1;
    link.append(shown, more);
    row.append(link);
    return row;
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function find() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return close();
    const ranked = entries.map((one, place) => [rank(one, words), place, one.entry]).filter(([own]) => own >= 0);
    ranked.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    list.replaceChildren(...ranked.slice(0, most).map(([, , entry], place) => item(entry, place)));
    links = [...list.children];
    if (!links.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = "Nothing is called so.";
      list.append(none);
    }
    at = -1;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    select(links.length ? 0 : -1);
  }

  function select(place) {
    if (links[at]) links[at].removeAttribute("aria-selected");
    at = place;
    if (!links[at]) return;
    links[at].setAttribute("aria-selected", "true");
    links[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", links[at].id);
  }

  input.addEventListener("input", find);
  input.addEventListener("focus", find);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && links.length) select((at + 1) % links.length);
    else if (event.key === "ArrowUp" && links.length) select((at + links.length - 1) % links.length);
    else if (event.key === "Enter" && links[at] && !list.hidden) {
      links[at].firstChild.click();
      close();
    } else if (event.key === "Escape") {
      input.value = "";
      close();
    } else return;
    event.preventDefault();
  });
  list.addEventListener("click", close);
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    event.preventDefault();
    input.focus();
  });
})();
