"""The forms for other programs: kept outputs, their makers' schemas, and the facts that a schema cannot state."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from diagnostic_cases import CASES, FLOW, MISMATCH, STYLE, UNREADABLE, UNUSED, Case, case, span_of

from nscompiler.diagnostics.model import Severity
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.render import FORMATS, renderer
from nscompiler.diagnostics.report import Report
from nscompiler.records import replace
from nscompiler.source import SourceFile, Span

HERE = Path(__file__).parent
KEPT = HERE / "golden" / "forms"
SHOWN = ("mismatch", "fixes", "ends", "wide_and_tabs")
ENDINGS = {"json": "json", "jsonl": "jsonl", "sarif": "sarif", "gitlab": "gitlab.json", "junit": "xml"}
FOR_PROGRAMS = [form for form in FORMATS if form != "text"]
DOCS = "https://example.org/docs/diagnostics"


def report_of(made: Case, **more: object) -> Report:
    """A case as a check of its files would report it."""
    found = ordered(made.diagnostics)
    return replace(Report(found, made.sources, tuple(made.sources), 1, version="0.1.0"), **more)


def rendered(form: str, made: Case, **more: object) -> str:
    return renderer(form)(report_of(made, **more))


@pytest.mark.parametrize("form", FOR_PROGRAMS)
@pytest.mark.parametrize("name", SHOWN)
def test_form_is_as_kept(name, form, golden):
    golden(KEPT / f"{name}.{ENDINGS.get(form, form)}", rendered(form, CASES[name](), docs=DOCS))


def test_every_kept_form_belongs_to_a_case():
    kept = {f"{name}.{ENDINGS.get(form, form)}" for name in SHOWN for form in FOR_PROGRAMS}
    assert {path.name for path in KEPT.iterdir()} == kept


@pytest.mark.parametrize("form", FORMATS)
def test_of_nothing_there_is_something_to_read(form):
    text = renderer(form)(Report((), {}, ("a.nml",), 1))
    assert text == "" if form in ("jsonl", "github") else text.endswith("\n")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CASES)
def test_ascii_screen_gets_ascii(name, form):
    assert rendered(form, CASES[name](), ascii_only=True).isascii()


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_names_of_files_that_are_no_unicode_can_be_written(form):
    file = SourceFile("caf\udce9.nml", "def w = 1\n")
    text = rendered(form, case(MISMATCH.at(span_of(file, "w"), "t"), files=(file,)))
    assert "caf" in text.encode().decode()


# --- JSON lines


def test_a_line_for_each_diagnostic_as_in_the_document():
    made = CASES["ends"]()
    lines = [json.loads(line) for line in rendered("jsonl", made).splitlines()]
    assert len(lines) == len(made.diagnostics)
    assert lines == json.loads(rendered("json", made))["diagnostics"]


def test_statistics_are_part_of_the_document():
    assert json.loads(rendered("json", CASES["ends"](), statistics={"files": 2}))["statistics"] == {"files": 2}
    assert "statistics" not in json.loads(rendered("json", CASES["ends"]()))


# --- SARIF

SARIF = jsonschema.Draft4Validator(
    json.loads((HERE / "schemas" / "sarif-2.1.0-rtm.5.json").read_text()), format_checker=jsonschema.FormatChecker()
)


def sarif(made: Case, **more: object) -> dict:
    """The one run of a case's log, which its schema allows."""
    log = json.loads(rendered("sarif", made, **more))
    SARIF.validate(log)
    (run,) = log["runs"]
    return run


@pytest.mark.parametrize("name", CASES)
def test_sarif_is_valid(name):
    assert len(sarif(CASES[name](), docs=DOCS)["results"]) == len(CASES[name]().diagnostics)


def test_sarif_of_nothing_is_a_run_without_results():
    log = json.loads(renderer("sarif")(Report((), {})))
    SARIF.validate(log)
    assert log["runs"][0]["results"] == []
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_the_schema_refuses_what_is_no_sarif():
    log = json.loads(rendered("sarif", CASES["mismatch"]()))
    log["runs"][0]["results"][0]["level"] = "hint"
    assert not SARIF.is_valid(log)


def test_sarif_rules_explain_the_codes_that_occur():
    run = sarif(case(MISMATCH.at(span_of(FLOW, "w"), "a"), UNUSED.at(span_of(FLOW, "w"), "b"), files=(FLOW,)))
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["name"]) for rule in rules] == [("NS9901", "Mismatch"), ("NS9902", "Unused")]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error", "warning"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["NS9901", "NS9902"]
    assert all(rule["fullDescription"]["text"] == "Made up." for rule in rules)
    assert all("nsc explain" in rule["help"]["text"] for rule in rules)


def test_sarif_names_pages_only_where_they_are_published():
    named = sarif(CASES["mismatch"](), docs=DOCS)["tool"]["driver"]
    assert named["rules"][0]["helpUri"] == f"{DOCS}/NS9901.md"
    assert named["informationUri"] == DOCS
    assert "helpUri" not in sarif(CASES["mismatch"]())["tool"]["driver"]["rules"][0]


def test_sarif_flow_goes_through_the_stages_to_the_break():
    (result,) = sarif(CASES["mismatch"]())["results"]
    (flow,) = result["codeFlows"]
    (thread,) = flow["threadFlows"]
    places = [step["location"] for step in thread["locations"]]
    assert [place["message"]["text"] for place in places] == [
        "Sources.http<Text> gives Text",
        "T.clean gives { petalLength : Double, name : Text }",
        "needs PlantInfo",
    ]
    assert places[-1]["physicalLocation"] == result["locations"][0]["physicalLocation"]


def test_sarif_columns_count_code_points():
    file = SourceFile("a.nml", "x\n𝔘ñ\u0301 here\n")
    run = sarif(case(MISMATCH.at(span_of(file, "here"), "t"), files=(file,)))
    assert run["columnKind"] == "unicodeCodePoints"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 9}


def test_sarif_fixes_can_be_applied_as_they_are():
    (result,) = sarif(CASES["fixes"]())["results"]
    told = [fix["description"]["text"] for fix in result["fixes"]]
    assert "do something that is no edit" not in told
    assert "import the module that has it" not in told, "it has a gap to fill in"
    assert len(told) == 5
    around = result["fixes"][1]["artifactChanges"][0]["replacements"]
    assert [change["insertedContent"]["text"] for change in around] == ["(", ")*"]
    assert result["fixes"][4]["artifactChanges"][0]["artifactLocation"]["uri"] == "b.nml"


def test_sarif_related_places_are_numbered_and_told():
    (result,) = sarif(CASES["mismatch"]())["results"]
    related = result["relatedLocations"]
    assert [place["id"] for place in related] == [1, 2, 3]
    assert related[1]["message"]["text"] == "`clean` is declared here"
    assert related[1]["physicalLocation"]["artifactLocation"]["uri"] == "types.nml"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("./a b/ü.nml", {"uri": "a%20b/%C3%BC.nml", "uriBaseId": "SRCROOT"}),
        ("../up.nml", {"uri": "../up.nml"}),
        ("/tmp/x.nml", {"uri": "file:///tmp/x.nml"}),
        ("caf\udce9.nml", {"uri": "caf%E9.nml", "uriBaseId": "SRCROOT"}),
        ("a:b.nml", {"uri": "a%3Ab.nml", "uriBaseId": "SRCROOT"}),
    ],
)
def test_sarif_addresses_of_files(path, location):
    run = sarif(case(UNREADABLE.at(Span(path, 0, 0), "no such file"), files=()))
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == location
    assert place["region"]["startLine"] == 1


# --- GitHub


def test_github_escapes_what_would_end_a_property_or_a_message():
    file = SourceFile("a,b:c%.nml", "def w = 1\n")
    item = MISMATCH.at(span_of(file, "w"), "50% of `a::b`, or so", notes=("one\ntwo",))
    text = rendered("github", case(item, files=(file,)))
    assert text.count("\n") == 1
    head, _, message = text.removeprefix("::error ").partition("::")
    assert head.startswith("file=a%2Cb%3Ac%25.nml,line=1,endLine=1,col=5,endColumn=6,title=NS9901 mismatch")
    assert message == "50%25 of `a::b`, or so%0Anote: one%0Atwo\n"


def test_github_has_a_command_for_each_level():
    at = span_of(FLOW, "w")
    text = rendered("github", case(MISMATCH.at(at, "a"), UNUSED.at(at, "b"), STYLE.at(at, "c"), files=(FLOW,)))
    assert re.findall(r"^::(\w+) ", text, re.MULTILINE) == ["error", "warning", "notice"]


def test_github_gets_no_columns_over_several_lines():
    text = rendered("github", CASES["multi_line"]())
    assert "line=2,endLine=5,title=" in text


def test_github_is_told_nothing_that_a_program_wrote_as_a_command():
    file = SourceFile("a.nml", "x\n")
    text = rendered("github", case(MISMATCH.at(file.span(0, 1), "a\n::stop-commands::x"), files=(file,)))
    assert [line for line in text.splitlines() if line.startswith("::")] == text.splitlines()
    assert len(text.splitlines()) == 1


# --- GitLab


def test_gitlab_has_what_it_requires():
    at = span_of(FLOW, "w")
    made = case(MISMATCH.at(at, "a"), UNUSED.at(at, "b"), STYLE.at(at, "c"), files=(FLOW,))
    found = json.loads(rendered("gitlab", made))
    assert [item["severity"] for item in found] == ["critical", "minor", "info"]
    assert len({item["fingerprint"] for item in found}) == 3
    assert {item["location"]["path"] for item in found} == {"flow.nml"}
    assert found[0]["location"]["lines"] == {"begin": 1, "end": 1}
    assert found[0]["description"] == "NS9901: a"
    assert json.loads(renderer("gitlab")(Report((), {}))) == []


def test_gitlab_paths_have_no_dot_before_them():
    file = SourceFile("./a/b.nml", "x\n")
    (item,) = json.loads(rendered("gitlab", case(MISMATCH.at(file.span(0, 1), "a"), files=(file,))))
    assert item["location"]["path"] == "a/b.nml"


# --- JUnit

JUNIT = xmlschema.XMLSchema(HERE / "schemas" / "junit-10.xsd")


def junit(made: Case, **more: object) -> ElementTree.Element:
    """The test suite of a case, which the schema allows."""
    root = ElementTree.fromstring(rendered("junit", made, **more))
    JUNIT.validate(root)
    (suite,) = root
    return suite


@pytest.mark.parametrize("name", CASES)
def test_junit_is_valid(name):
    suite = junit(CASES[name]())
    assert int(suite.get("tests")) == len(suite)
    assert int(suite.get("failures")) == sum(found.find("failure") is not None for found in suite)


def test_junit_has_a_case_for_each_file_and_only_errors_fail_one():
    bad, odd, good = (SourceFile(f"{name}.nml", "def w = 1\n") for name in ("bad", "odd", "good"))
    found = (
        MISMATCH.at(span_of(bad, "w"), "first"),
        MISMATCH.at(span_of(bad, "1"), "second"),
        UNUSED.at(span_of(bad, "w"), "also"),
        UNUSED.at(span_of(odd, "w"), "odd"),
        UNREADABLE.at(Span("gone.nml", 0, 0), "no such file"),
    )
    suite = junit(case(*found, files=(bad, odd, good)))
    cases = {one.get("name"): one for one in suite}
    assert list(cases) == ["bad.nml", "odd.nml", "good.nml", "gone.nml"]
    failure = cases["bad.nml"].find("failure")
    assert (failure.get("type"), failure.get("message")) == ("NS9901", "first (and 1 more)")
    assert "second" in failure.text
    assert "also" not in failure.text
    assert "also" in cases["bad.nml"].find("system-out").text
    assert cases["odd.nml"].find("failure") is None
    assert list(cases["good.nml"]) == []
    assert cases["gone.nml"].find("failure").get("message") == "no such file"


def test_junit_has_no_character_that_xml_refuses():
    file = SourceFile('a"<&.nml', 'def w = "\x00\x1b\ufffe" & 1\n')
    item = MISMATCH.at(span_of(file, "w"), "a \x07 <b> & ]]>", severity=Severity.ERROR)
    (one,) = junit(case(item, files=(file,)))
    assert one.get("name") == 'a"<&.nml'
    assert one.find("failure").get("message") == "a \\u{7} <b> & ]]>"
