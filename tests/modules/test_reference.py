"""Module references and versions."""

import keyword

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.modules.reference import (
    DEFAULT_AUTHOR,
    DEFAULT_REGISTRY,
    ModuleRef,
    ReferenceFault,
    Version,
    parse_reference,
    parse_version,
    slug,
)

PARTS = st.from_regex(r"[A-Z][A-Za-z0-9_]{0,4}", fullmatch=True)
NAMES = st.lists(PARTS, min_size=1, max_size=3).map(".".join)
AUTHORS = st.just(DEFAULT_AUTHOR) | st.from_regex(r"[A-Za-z0-9_]{1,5}", fullmatch=True)
HOSTS = st.lists(st.from_regex(r"[a-z0-9_-]{1,4}", fullmatch=True), min_size=2, max_size=3).map(".".join)
NUMBERS = st.integers(0, 999_999_999)
SNAPSHOTS = st.none() | st.just("") | st.from_regex(r"[0-9a-f]{1,8}", fullmatch=True)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS, SNAPSHOTS)
REFS = st.builds(ModuleRef, st.just(DEFAULT_REGISTRY) | HOSTS, AUTHORS, NAMES, VERSIONS)


def ref(text: str) -> ModuleRef:
    parsed = parse_reference(text)
    assert isinstance(parsed, ModuleRef), parsed
    return parsed


def fault(text: str) -> ReferenceFault:
    parsed = parse_reference(text)
    assert isinstance(parsed, ReferenceFault), parsed
    return parsed


@pytest.mark.parametrize(
    ("text", "registry", "author", "name"),
    [
        ("Foo:1.2.0", DEFAULT_REGISTRY, "nstack", "Foo"),
        ("nstack/Foo:1.2.0", DEFAULT_REGISTRY, "nstack", "Foo"),
        ("registry.nstack.com/401/Foo_bar:1.2.0", DEFAULT_REGISTRY, "401", "Foo_bar"),
        ("registry.nstack.com/n_stack/Foo.Bar.Baz2:1.2.0", DEFAULT_REGISTRY, "n_stack", "Foo.Bar.Baz2"),
        ("my-host.example/me/Foo:1.2.0", "my-host.example", "me", "Foo"),
    ],
)
def test_accepted(text, registry, author, name):
    assert ref(text) == ModuleRef(registry, author, name, Version(1, 2, 0))


@pytest.mark.parametrize(
    ("text", "code", "covered", "replacement"),
    [
        ("Foo", "NS0201", "Foo", "Foo:0.0.1-SNAPSHOT"),
        ("Foo:", "NS0201", "Foo:", "Foo:0.0.1-SNAPSHOT"),
        ("Foo:1.0", "NS0202", "1.0", "1.0.0"),
        ("Foo:1", "NS0202", "1", "1.0.0"),
        ("Foo:1.0.0.0", "NS0202", "1.0.0.0", None),
        ("Foo:1.0.0-beta", "NS0203", "-beta", None),
        ("Foo:1.0.0-snapshot", "NS0203", "-snapshot", "-SNAPSHOT"),
        ("Foo:1.0.0-SNAPSHOT-xyz", "NS0203", "-SNAPSHOT-xyz", None),
        ("Foo:1.0.0-SNAPSHOT-", "NS0203", "-SNAPSHOT-", "-SNAPSHOT"),
        ("Foo:1.0.0-", "NS0203", "-", None),
        ("Foo:1.02.0", "NS0204", "02", "2"),
        ("Foo:1.00.0", "NS0204", "00", "0"),
        ("Foo:v1.0.0", "NS0204", "v1", None),
        ("Foo:1..0", "NS0204", "", None),
        ("Foo:1.0.1234567890", "NS0204", "1234567890", None),
        ("Foo:1.0.²", "NS0204", "²", None),
        ("Foo:1.0.0+x", "NS0204", "0+x", None),
        ("registry/nstack/Foo:1.2.0", "NS0205", "registry", None),
        ("registry.nstack.com/Foo:1.2.0", "NS0206", "registry.nstack.com", "registry.nstack.com/nstack"),
        ("registry.nstack.com/bad.author/Foo:1.2.0", "NS0207", "bad.author", None),
        ("my-self/Foo:1.2.0", "NS0207", "my-self", None),
        ("a/b/c/Foo:1.2.0", "NS0208", "a/b/c/Foo", None),
        ("registry.nstack.com/nstack/foo:1.2.0", "NS0209", "foo", "Foo"),
        ("Movies.types:1.2.0", "NS0209", "types", "Types"),
        ("Foo._bar:1.2.0", "NS0209", "_bar", None),
        ("Foo.2bar:1.2.0", "NS0209", "2bar", None),
        ("Fo-o:1.2.0", "NS0209", "-", None),
        ("Foö:1.2.0", "NS0209", "ö", None),
        ("Foo:1.2.0:1.3.0", "NS0209", ":", None),
        ("", "NS0210", "", None),
        ("/Foo:1.0.0", "NS0210", "/Foo", None),
        ("a//Foo:1.0.0", "NS0210", "a//Foo", None),
        ("author/.Foo:1.0.0", "NS0210", ".Foo", None),
        ("Foo.:1.0.0", "NS0210", "Foo.", None),
        ("regi!stry.com/me/Foo:1.0.0", "NS0210", "!", None),
        ("registry..com/me/Foo:1.0.0", "NS0210", "registry..com", None),
    ],
)
def test_refused(text, code, covered, replacement):
    found = fault(text)
    assert (found.code.id, text[found.start : found.end], found.replacement) == (code, covered, replacement)
    assert len(found.message) <= 80


def test_a_version_is_read_alone():
    assert parse_version("1.2.3-SNAPSHOT-AB") == Version(1, 2, 3, "ab")
    empty = parse_version("")
    assert isinstance(empty, ReferenceFault)
    assert empty.code.id == "NS0201"


def test_a_fault_becomes_a_diagnostic_at_its_place():
    problem = fault("Foo:1.0").diagnostic("a.nml", 7)
    span = problem.primary.span
    assert (problem.code.id, span.path, span.start, span.end) == ("NS0202", "a.nml", 11, 14)
    assert problem.fixes[0].edits[0].text == "1.0.0"


def test_long_references_leave_titles_short():
    assert len(fault(f"{'x' * 300}/{'y' * 300}:1.0.0").message) <= 80
    assert len(fault(f"{'x.' * 300}/{'Y' * 300}:1.0.0").message) <= 80


@settings(deadline=None)
@given(REFS)
def test_printing_and_reading_agree(module):
    assert parse_reference(str(module)) == module


@settings(deadline=None)
@given(REFS)
def test_defaults_are_not_printed(module):
    assert (DEFAULT_REGISTRY in str(module)) is False
    assert str(module).startswith("nstack/") is False


@settings(deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z./:0-9_-]{0,20}", fullmatch=True))
def test_any_text_is_a_reference_or_a_fault_inside_it(text):
    parsed = parse_reference(text)
    if isinstance(parsed, ModuleRef):
        assert parse_reference(str(parsed)) == parsed
    else:
        assert 0 <= parsed.start <= parsed.end <= len(text)
        assert len(parsed.message) <= 80
        assert "\n" not in parsed.message


def test_order_of_versions():
    texts = [
        "0.9.9",
        "1.0.0-SNAPSHOT-0a",
        "1.0.0-SNAPSHOT-ff",
        "1.0.0-SNAPSHOT",
        "1.0.0",
        "1.0.1-SNAPSHOT",
        "1.2.0",
        "1.10.0",
    ]
    versions = [parse_version(text) for text in texts]
    assert sorted(versions, key=str) != versions
    assert sorted(versions) == versions


@settings(deadline=None)
@given(VERSIONS, VERSIONS)
def test_order_is_total(one, other):
    assert [one < other, one == other, one > other].count(True) == 1


@settings(deadline=None)
@given(VERSIONS)
def test_a_release_comes_after_its_snapshots(version):
    release = Version(version.major, version.minor, version.patch)
    assert version == release or version < release


@settings(deadline=None)
@given(REFS)
def test_slugs_are_identifiers(module):
    assert slug(module).isidentifier()
    assert not keyword.iskeyword(slug(module))


@pytest.mark.thorough
@settings(deadline=None)
@given(REFS, REFS)
def test_slugs_differ(one, other):
    assert (slug(one) == slug(other)) == (one == other)


def test_slugs_of_near_names_differ():
    texts = [
        "A.B:1.0.0",
        "A_B:1.0.0",
        "A_.B:1.0.0",
        "A:1.0.0-SNAPSHOT",
        "A_1:0.0.0",
        "A:1.0.0",
        "x/A:1.0.0",
        "x.y/x/A:1.0.0",
    ]
    assert len({slug(ref(text)) for text in texts}) == len(texts)
    assert slug(ref("Movies.Types:0.1.0")) == "Movies_Types_0_1_0"
