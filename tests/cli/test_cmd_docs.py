"""``nsc docs``: the site of a project's modules, and what is wrong with a request for one."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest
from reading_html import Reading
from running_nsc import PLAIN

from nscompiler.cli.main import main
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import workflows
from nscompiler.tools.site import MANIFEST, site
from nscompiler.tools.site.addresses import page_names
from nscompiler.tools.site.doc_comments import as_html, summary

ROOT = Path(__file__).parent.parent.parent
HOSTILE = "</script><script>alert(1)</script><b onclick=x>&amp;"
TEXTS = {
    "a/module.nml": f"""\
/// {HOSTILE} of `A`.
///
/// More of it.
module Shop.A:1.0.0

/// One `item`.
@experimental
type Item = {{
  /// The {HOSTILE} of it.
  name : Text,
  "odd <name>" : [Pair Text]
}}
type Pair a = {{ one : a, two : a }}
@deprecated("use `Item` <b>")
type Old = Item
type Kind =
  /// Nothing else.
  Plain | Boxed Item

/// Reads.
@bounded
fun read : Void -> Item with {{
  /// The **file** to read.
  path : Text,
  /// How long to wait.
  wait : Duration = "5m",
  mode : "<fast>" | "slow" = "slow"
}}
fun any : Item -> Kind
@deprecated("use `any` </script>")
fun old : Item -> Kind
@experimental
fun keep : a -> Void
""",
    "b/module.nml": """\
module Shop.B:0.2.0-SNAPSHOT
import Shop.A:1.0.0 as A
/// From `A.Item` `Sinks.log` `w` `A.nothing`.
def flow = A.any { path = "x" }
def w = A.read { path = "in" } | flow | A.keep
def feed = A.read
def v = feed { path = "v" } | A.any | (A.keep & Sinks.log)
""",
    "old/module.nml": "module Shop.B:0.1.0\nfun only : Text -> Text\n",
    "new/module.nml": "module Shop.B:0.10.0\nfun only : Text -> Text\n",
    "script.nml": "import Shop.B:0.1.0 as B\nSources.stdin | B.only | Sinks.log\n",
}


def site_of(texts: Mapping[str, str], **more: object) -> dict[str, str]:
    """The site of some modules."""
    compilation = check_texts(texts, ["."]).compilation
    assert not compilation.has_errors, [problem.title for problem in compilation.problems]
    return site(compilation, graphs(compilation), **more)  # type: ignore[arg-type]


def graphs(compilation: Compilation) -> Iterator:
    """The graphs of the workflows of the modules."""
    for own in compilation.selected:
        for workflow in workflows(own):
            graph, _ = compilation.lower(own.module.source.path, workflow, runs=False)
            if graph is not None and own.module.header is not None:
                yield own.module.source.path, graph


@pytest.fixture(scope="module")
def shop() -> dict[str, str]:
    """The site of the modules above, with the standard library."""
    return site_of(TEXTS, title="Shop & Co", standard=True)


def dangling(files: Mapping[str, str]) -> list[str]:
    """The links of a site that lead nowhere."""
    pages = {name: Reading.of(text) for name, text in files.items() if name.endswith(".html")}
    ids = {name: set(own.ids()) for name, own in pages.items()}
    links = [(name, link) for name, own in pages.items() for link in own.links()]
    index = json.loads(files["search.js"].removeprefix("window.nscSearch = ").removesuffix(";\n"))
    links += [("search.js", entry[3]) for entry in index]
    lost = []
    for name, link in links:
        target, _, anchor = link.partition("#")
        page = unquote(target) or name
        # The page to look around in reads its anchor itself.
        known = ids.get(page, set()) if not page.endswith(".graph.html") else {unquote(anchor)}
        if page not in files or (anchor and unquote(anchor) not in known):
            lost.append(f"{name}: {link}")
    return lost


def test_every_link_and_search_result_leads_somewhere(shop):
    assert dangling(shop) == []
    assert len(json.loads(shop["search.js"][len("window.nscSearch = ") : -2])) > 40


def test_no_id_stands_twice_and_every_element_is_closed(shop):
    for text in shop.values():
        if text.startswith("<!DOCTYPE"):
            ids = Reading.of(text).ids()
            assert len(ids) == len(set(ids))


def test_nothing_of_a_program_becomes_part_of_a_page(shop):
    for name, text in shop.items():
        if name.endswith(".html"):
            found = Reading.of(text)
            assert not {"b", "img"} & {tag for tag, _ in found.elements}
            assert not [own for _, own in found.elements if any(one.startswith("on") for one in own)]
            assert "<script>alert" not in text
    # In Markdown `&amp;` is `&`.
    assert HOSTILE.replace("&amp;", "&") in Reading.of(shop["Shop.A-1.0.0.html"]).text()
    assert "<" not in shop["search.js"]


def test_a_page_says_what_there_is_to_say(shop):
    found = Reading.of(shop["Shop.A-1.0.0.html"])
    text = found.text()
    assert 'type Item = { name : Text , "odd <name>" : [ Pair Text] }'.replace(" ,", ",") in text
    for said in (
        "Item experimental",
        "Old deprecated use `Item` <b>",
        "old deprecated use `any` </script>",
        "keep experimental",
        "read bounded fun read",
        "path Text required The file to read.",
        "wait Duration 300s How long to wait.",
        'mode "<fast>" | "slow" "slow"',
        "type Pair a = { one : a, two : a }",
        "type Kind = Plain | Boxed Item",
        "Plain Nothing else.",
        "Imported by Shop.B:0.2.0-SNAPSHOT",
        "It declares no parameters, and takes any.",
    ):
        assert said in text, said
    assert 'href="Shop.A-1.0.0.html#type-Item"' in shop["Shop.A-1.0.0.html"]


def test_who_uses_what(shop):
    text = Reading.of(shop["Shop.A-1.0.0.html"]).text()
    assert "Used by Shop.B.w , Shop.B.v" in text.replace("Shop.B.w,", "Shop.B.w ,")
    any_of = text[text.index("fun any") :]
    assert re.match(r"fun any : Item -> Kind .*?Used by Shop\.B\.flow ?, Shop\.B\.v ", any_of)
    item = text[text.index("type Item") : text.index("type Pair")]
    assert "Used by Kind, read, any, old, Shop.B.flow, Shop.B.feed" in item.replace(" ,", ",")
    assert "Shop.B.v" in Reading.of(shop["Sinks-1.0.0.html"]).text()


def test_a_workflow_has_its_picture_and_what_can_still_be_set(shop):
    text = shop["Shop.B-0.2.0-SNAPSHOT.html"]
    assert text.count("<svg ") == 2
    assert text.count('<a href="Shop.B-0.2.0-SNAPSHOT.graph.html#w">') == 1
    assert "def v : Workflow" in Reading.of(text).text()
    assert "path Text required A.read The file to read." in Reading.of(text).text()
    assert 'wait Duration 300s A.read How long to wait. mode "<fast>" | "slow" "slow" A.read' in Reading.of(text).text()
    assert "<svg " in shop["Shop.B-0.2.0-SNAPSHOT.graph.html"]


def test_the_index_has_the_newest_version_first(shop):
    text = Reading.of(shop["index.html"]).text()
    order = [text.rindex(f"Shop.B {version}") for version in ("0.10.0", "0.2.0-SNAPSHOT", "0.1.0")]
    assert order == sorted(order)
    assert "Shop & Co" in text
    assert text.index("Sources") > text.index("Standard library")
    assert "script" not in [name.split("-")[0] for name in shop]


def test_without_the_standard_library_nothing_leads_to_it():
    files = site_of(TEXTS)
    assert dangling(files) == []
    assert "Sinks-1.0.0.html" not in files
    assert json.loads(files[MANIFEST])["modules"][0] == "Shop.A:1.0.0"


def test_every_page_has_a_name_of_its_own():
    names = page_names(["A.B:1.0.0", "A.b:1.0.0", "me/A.B:1.0.0", "Index:1.0.0", "host.org/me/A.B:1.0.0"])
    assert len({name.lower() for name in names.values()}) == 5
    assert names["A.B:1.0.0"] == "A.B-1.0.0.html"
    assert names["A.b:1.0.0"] == "A.b-1.0.0~2.html"


# --- doc comments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("[x](https://e.org/a?b=c&d)", '<p><a href="https://e.org/a?b=c&amp;d">x</a></p>'),
        ("<mailto:a@e.org>", '<p><a href="mailto:a@e.org">mailto:a@e.org</a></p>'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](JaVaScRiPt:alert(1))", "<p>[x](JaVaScRiPt:alert(1))</p>"),
        ("[x](data:text/html,a)", "<p>[x](data:text/html,a)</p>"),
        ("[x](file:///etc/passwd)", "<p>[x](file:///etc/passwd)</p>"),
        ("[x](other.html)", "<p>[x](other.html)</p>"),
        ("[x](//e.org)", "<p>[x](//e.org)</p>"),
        ("![x](https://e.org/a.png)", '<p>!<a href="https://e.org/a.png">x</a></p>'),
        ("<img src=x onerror=y>", "<p>&lt;img src=x onerror=y&gt;</p>"),
        ("# not a heading", "<p># not a heading</p>"),
        ("```\na <b>\n```", "<pre><code>a &lt;b&gt;\n</code></pre>"),
        ("", ""),
        (None, ""),
    ],
)
def test_doc_comments_as_html(text, expected):
    assert as_html(text) == expected


def test_names_in_doc_comments_lead_to_what_they_mean():
    known = {"f": "a.html#fun-f", "A.<g>": 'b.html#"x'}
    assert (
        as_html("`f` and `f x`", known.get) == '<p><a href="a.html#fun-f"><code>f</code></a> and <code>f x</code></p>'
    )
    assert as_html("`A.<g>`", known.get) == '<p><a href="b.html#&quot;x"><code>A.&lt;g&gt;</code></a></p>'
    assert as_html("[`f`](https://e.org) `f`", known.get) == (
        '<p><a href="https://e.org"><code>f</code></a> <a href="a.html#fun-f"><code>f</code></a></p>'
    )


def test_the_summary_is_the_first_paragraph():
    assert summary("one\n  two\n\nthree") == "one two"
    assert summary(None) == ""


# --- the command


def test_a_page_links_the_names_of_its_doc_comments(shop):
    names = '<a href="Shop.A-1.0.0.html#type-Item"><code>A.Item</code></a> <a href="Sinks-1.0.0.html#fun-log">'
    assert names in shop["Shop.B-0.2.0-SNAPSHOT.html"]
    assert '<a href="Sinks-1.0.0.html#fun-reply"><code>Sinks.reply</code></a>' in shop["Sources-1.0.0.html"]
    assert "<code>A</code>" in shop["Shop.A-1.0.0.html"]


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example in a folder of the test's."""
    ignored = shutil.ignore_patterns("__pycache__", "out", "build")
    shutil.copytree(ROOT / "examples/orders", tmp_path / "orders", ignore=ignored)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_example_has_a_site(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "orders", "-o", "out/site", "--standard"]) == 0
    assert capsys.readouterr().out == "out/site/index.html\n"
    files = {name: text.decode() for name, text in contents(orders / "out/site").items()}
    assert dangling(files) == []
    assert {"Orders.Types-1.0.0.html", "Orders.Workflows-1.0.0.graph.html", "Std-1.0.0.html"} <= set(files)
    for text in files.values():
        assert str(orders) not in text
        assert not re.search(
            r"""(?:src|href|action)\s*=\s*["'][^"'#]*://|url\([^)]*://|@import|import\([^)]*://""", text
        )


def test_what_was_not_asked_for_is_no_link(orders: Path) -> None:
    assert main(["docs", "orders/pricing", "-o", "site"]) == 0
    files = {name: text.decode() for name, text in contents(orders / "site").items()}
    assert dangling(files) == []
    assert "fun lines : Order -> [Line]" in Reading.of(files["Orders.Pricing-1.0.0.html"]).text()
    assert "Orders.Types:1.0.0" in files["Orders.Pricing-1.0.0.html"]


@pytest.mark.thorough
def test_the_same_project_elsewhere_is_the_same_site(orders: Path) -> None:
    shutil.copytree(orders / "orders", orders / "far/away")
    for seed, path, output in (("1", "orders", "one"), ("2", "far/away", "two")):
        command = [sys.executable, "-m", "nscompiler", "docs", path, "-o", output]
        subprocess.run(command, cwd=orders, env={**PLAIN, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
    assert contents(orders / "one") == contents(orders / "two")


def test_an_older_site_gives_way_and_anything_else_stays(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "orders", "-o", "site"]) == 0
    (orders / "site/gone.html").write_text("old")
    assert main(["docs", "orders/types", "-o", "site"]) == 0
    assert "Orders.Types-1.0.0.html" in contents(orders / "site")
    assert not {"gone.html", "Orders.Feed-1.0.0.html"} & set(contents(orders / "site"))
    before = contents(orders / "orders")
    assert main(["docs", "orders", "-o", "orders"]) == 1
    assert "error: orders holds files that nsc did not write; nothing was written" in capsys.readouterr().err
    assert contents(orders / "orders") == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("script.nml", "-o", "out"), 1, "error: script.nml has no module to document\n"),
        (("wrong.nml", "-o", "out"), 1, "NS0301"),
        (("nowhere", "-o", "out"), 1, "nowhere"),
        (("orders", "-o", "script.nml"), 1, "error: script.nml is not a folder; nothing was written"),
        (("orders", "-o", "script.nml/site"), 1, "error: cannot write script.nml/site: "),
        (("orders",), 2, "Missing option '-o'"),
    ],
)
def test_what_is_wrong_is_one_clear_error(
    orders: Path, arguments: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (orders / "script.nml").write_text("Sources.stdin | Sinks.log\n")
    (orders / "wrong.nml").write_text(
        "module W:0.1.0\nfun f : Integer -> Text\ndef w = Sources.stdin | f | Sinks.log\n"
    )
    assert main(["docs", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert not os.path.exists("out")


def test_a_workflow_that_cannot_be_drawn_is_told_of_and_the_site_is_there(
    orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (orders / "m.nml").write_text(
        "module M:0.1.0\nfun f : Void -> Void\ndef w = f\ndef v = Sources.stdin | Sinks.log\n"
    )
    assert main(["docs", "m.nml", "-o", "site"]) == 1
    assert "error[NS" in capsys.readouterr().err
    text = (orders / "site/M-0.1.0.html").read_text()
    assert text.count("<svg ") == 1
    assert 'id="fun-w"' in text
