"""The pages of ``nsc graph`` and ``nsc docs`` in a browser: what one sees, clicks, types and is told."""

from pathlib import Path
from typing import Any

import pytest
from backends.test_graph_pictures import HOSTILE, hostile
from browser import said_in

from nscompiler.backends.graph.page import as_paragraph, page
from nscompiler.cli.main import main
from nscompiler.tools.site.doc_comments import as_html

ROOT = Path(__file__).parent.parent.parent

GRAPH = """
const by = (id) => document.getElementById(id);
const shown = () => [...document.querySelectorAll(".picture")].findIndex((one) => !one.hidden);
const at = (name) => document.querySelector(`.picture:not([hidden]) ${name}`);
const key = (target, key) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const click = (target) => target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
const view = () => at("").style.transform;
const found = { start: { heading: by("heading").textContent, shown: shown(), panel: by("panel").hidden } };

click(at('.node[data-node="5"] .name'));
found.panel = by("panel").innerText;
found.code = [...by("panel").querySelectorAll(".doc code")].map((one) => one.textContent);
found.links = [...by("panel").querySelectorAll("a")].map((one) => one.textContent);
found.chosen = [...document.querySelectorAll(".chosen")].map((one) => one.dataset.node);
key(document.body, "Escape");
found.closed = by("panel").hidden;

const edge = at('.edge[data-edge="0"]'), spot = edge.querySelector(".label").getBoundingClientRect();
edge.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: spot.left, clientY: spot.top }));
found.tip = by("tip").hidden ? null : by("tip").innerText;
at(".node").dispatchEvent(new PointerEvent("pointermove", { bubbles: true }));
found.tipGone = by("tip").hidden;

const views = [view()];
key(document.body, "+");
views.push(view());
key(document.body, "0");
views.push(view());
const turn = { deltaY: -200, clientX: 300, clientY: 300, bubbles: true, cancelable: true };
by("stage").dispatchEvent(new WheelEvent("wheel", turn));
views.push(view());
by("stage").focus();
key(by("stage"), "ArrowLeft");
views.push(view());
key(document.body, "0");
found.views = views;

at('.node[data-node="1"]').focus();
const path = [];
for (let step = 0; step < 5; step++) {
  key(document.activeElement, "ArrowDown");
  path.push(document.activeElement.dataset.node);
}
key(document.activeElement, "ArrowUp");
path.push(document.activeElement.dataset.node);
key(document.activeElement, "Enter");
found.path = path;
found.opened = by("panel").querySelector("h2").textContent;
found.focusInPanel = by("panel").contains(document.activeElement);
key(document.body, "Escape");
found.focusBack = document.activeElement.dataset.node;

by("search").value = "database $orders";
by("search").dispatchEvent(new Event("input"));
found.hits = [...document.querySelectorAll(".node.hit")].map((one) => one.getAttribute("aria-label"));
found.count = by("found").textContent;
found.dim = getComputedStyle(at('.node[data-node="1"]')).opacity;
key(by("search"), "Enter");
found.hitOpened = by("panel").querySelector("h2").textContent;
key(by("search"), "Escape");
found.left = document.querySelectorAll(".node.hit").length;

by("workflow").value = "1";
by("workflow").dispatchEvent(new Event("change"));
found.other = { heading: by("heading").textContent, shown: shown(), hash: location.hash, panel: by("panel").hidden };

const paper = () => getComputedStyle(at("svg")).backgroundColor;
const before = paper();
click(by("theme"));
found.themes = [before, paper(), getComputedStyle(document.body).backgroundColor];
found.tab = [...document.querySelectorAll(".picture:not([hidden]) [tabindex='0']")].length;
return found;
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page and the site of the example."""
    found = tmp_path_factory.mktemp("pages")
    example = str(ROOT / "examples/orders")
    assert main(["graph", example, "-o", str(found / "graph.html")]) == 0
    assert main(["docs", example, "-o", str(found / "site"), "--standard"]) == 0
    return found


@pytest.fixture(scope="module")
def graph(folder: Path) -> Any:
    """What was seen on the page of the graph."""
    return said_in(folder / "graph.html", GRAPH, folder)


def test_the_page_opens_with_the_first_workflow(graph):
    assert graph["start"] == {"heading": "daily", "shown": 0, "panel": True}


def test_a_click_tells_all_of_a_node(graph):
    lines = [line.strip() for line in graph["panel"].splitlines() if line.strip()]
    for line in (
        "Orders.Pricing.invoice",
        "function of Orders.Pricing:1.0.0",
        "What an order costs. A coupon takes discount percent off.",
        "Order -> Invoice",
        "discount : Double = 10.0 set here",
        'currency : "EUR" | "GBP" | "SEK" = "EUR" default',
        "The currency to bill in; prices are in euros.",
        "on_error = stop",
    ):
        assert line in lines
    assert graph["code"] == ["discount"]
    assert graph["links"] == ["workflows/module.nml:12", "workflows/module.nml:12"]
    assert graph["chosen"] == ["5"]
    assert graph["closed"]


def test_an_edge_tells_what_flows(graph):
    assert graph["tip"].splitlines()[0] == "Event"
    assert "Line = { sku : Text, quantity : Integer, price : Decimal }" in graph["tip"]
    assert graph["tipGone"]


def test_the_view_moves_and_comes_back(graph):
    start, nearer, back, wheel, moved = graph["views"]
    assert start == back
    assert len({start, nearer, wheel, moved}) == 4


def test_arrows_go_along_the_edges(graph):
    assert graph["path"] == ["2", "3", "4", "5", "6", "5"]
    assert graph["opened"] == "Orders.Pricing.invoice"
    assert graph["focusInPanel"]
    assert graph["focusBack"] == "5"


def test_the_search_finds_by_name_and_value(graph):
    assert graph["hits"] == ["Orders.Warehouse pick database = $ORDERS_DATABASE"]
    assert graph["count"] == "1 of 9"
    assert float(graph["dim"]) < 0.5
    assert graph["hitOpened"] == "Orders.Warehouse.pick"
    assert graph["left"] == 0


def test_another_workflow_and_another_theme(graph):
    assert graph["other"] == {"heading": "abroad", "shown": 1, "hash": "#abroad", "panel": True}
    before, after, body = graph["themes"]
    assert before != after == body
    assert graph["tab"] == 20


@pytest.mark.thorough
def test_an_address_opens_a_workflow_and_a_node(folder):
    script = 'return [document.getElementById("heading").textContent, document.querySelector("#panel h2").textContent];'
    assert said_in(folder / "graph.html", script, folder, "#abroad/8") == ["abroad", "Orders.Pricing.large"]


@pytest.mark.thorough
def test_an_editor_says_its_theme(folder):
    script = """
    const themes = [];
    for (const kind of ["vscode-dark", "vscode-high-contrast-light", "vscode-high-contrast"]) {
      document.body.dataset.vscodeThemeKind = kind;
      await null;
      themes.push(document.documentElement.dataset.theme);
    }
    return themes;
    """
    assert said_in(folder / "graph.html", script, folder) == ["dark", "light", "dark"]


@pytest.mark.thorough
@pytest.mark.parametrize("prose", [as_paragraph, as_html])
def test_hostile_texts_do_nothing(tmp_path, prose):
    drawn, notes = hostile()
    (tmp_path / "page.html").write_text(page([drawn], notes, prose=prose))
    script = """
    const click = new MouseEvent("click", { bubbles: true });
    for (const node of document.querySelectorAll(".node")) node.dispatchEvent(click);
    const title = document.querySelector("#panel h2").textContent;
    return [document.scripts.length, document.querySelectorAll("img, b").length, title];
    """
    # The page's data and its script, and the two that ask.
    assert said_in(tmp_path / "page.html", script, tmp_path) == [4, 0, f"X.{HOSTILE}"]


SEARCH = """
const input = document.getElementById("search"), list = document.getElementById("results");
const key = (key, target = input) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const type = (text) => { input.value = text; input.dispatchEvent(new Event("input")); };
const row = (one) => [one.querySelector(".code").textContent, one.getAttribute("href")];
const rows = () => [...list.querySelectorAll("a")].map(row);
const selected = () => list.querySelector("[aria-selected]")?.querySelector(".code").textContent;
const found = {};
key("/", document.body);
found.focus = document.activeElement === input;
type("invoice");
found.rows = rows();
found.expanded = input.getAttribute("aria-expanded");
const order = [selected()];
key("ArrowDown");
order.push(selected());
key("ArrowUp");
key("ArrowUp");
order.push(selected());
found.order = order;
type("order pricing");
found.words = rows().map(([name]) => name);
type("nothing at all");
found.none = list.innerText.trim();
key("Escape");
found.closed = list.hidden;
return found;
"""


@pytest.mark.thorough
def test_the_search_of_a_site(folder):
    found = said_in(folder / "site/Orders.Feed-1.0.0.html", SEARCH, folder)
    assert found["focus"]
    assert found["expanded"] == "true"
    assert found["rows"][:2] == [
        ["invoice", "Orders.Pricing-1.0.0.html#fun-invoice"],
        ["Invoice", "Orders.Types-1.0.0.html#type-Invoice"],
    ]
    assert found["order"] == ["invoice", "Invoice", found["rows"][-1][0]]
    assert "Orders.Pricing" in found["words"]
    assert found["none"] == "Nothing is called so."
    assert found["closed"]


@pytest.mark.thorough
def test_pages_fit_narrow_and_wide_windows(folder):
    script = (
        "return [document.documentElement.scrollWidth <= innerWidth, document.querySelectorAll('main svg').length];"
    )
    assert said_in(folder / "site/Orders.Workflows-1.0.0.html", script, folder) == [True, 2]
