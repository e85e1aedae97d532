"""Parameters that are declared, and read by another name or from something else: one report, and its fix."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

HEAD = "import nstack\n\n\nclass Module(nstack.Module):\n"
NML = "module A:1.0.0\n\nfun f : Text -> Text with { least : Integer = 1 }\nfun g : Text -> Text with { most : Text }\n"


def told(f: str, g: str = 'self.args["most"]', more: str = "") -> list[tuple[str, str, str, list[str]]]:
    """The codes, what is underlined, the titles, and what ``f`` gives after each fix, of which nothing is said."""
    python = f"{HEAD}{more}    def f(self, x):\n        return {f}\n\n    def g(self, x):\n        return {g}\n"
    texts = {"a/module.nml": NML, "a/service.py": python}
    found = []
    for one in check_texts(texts).diagnostics:
        under = texts[one.primary.span.path][one.primary.span.start : one.primary.span.end]
        mended = [apply_edits(python, fix.edits) for fix in one.fixes]
        assert [each.title for text in mended for each in check_texts(texts | {"a/service.py": text}).diagnostics] == []
        given = [text.split("return ")[1].partition("\n")[0] for text in mended]
        found.append((one.code.id, under, one.title, given))
    return found


def test_the_one_parameter_that_nothing_reads_is_meant_by_the_one_that_there_is_not() -> None:
    title = "`f` reads a parameter that is not declared: `{}`"
    right = 'self.args["least"]'
    assert told('self.args["bar"]') == [("NS0806", 'self.args["bar"]', title.format("bar"), [right])]
    assert told('self.args["most"]') == [("NS0806", 'self.args["most"]', title.format("most"), [right])]
    ((_, _, _, after),) = told('self.args.get("bar", 3) + self.args["bar"]')
    assert after == ['self.args.get("least", 3) + self.args["least"]']


def test_what_a_hook_reads_is_meant_for_what_nothing_reads() -> None:
    hook = '    def startup(self):\n        self.bar = self.args["{}"]\n\n'
    ((code, _, title, _),) = told("self.bar", more=hook.format("bar"))
    assert (code, title) == ("NS0806", "`startup` reads a parameter that is not declared: `bar`")
    assert told("self.bar", more=hook.format("least")) == []


def test_of_two_that_are_read_none_is_meant_alone() -> None:
    found = told('self.args["bar"] + self.args["other"]')
    assert [code for code, _, _, _ in found] == ["NS0807", "NS0806", "NS0806"]
    assert all(after == [] for _, _, _, after in found)


@pytest.mark.parametrize(
    ("read", "under", "after"),
    [
        ('self.arg["least"]', "self.arg", 'self.args["least"]'),
        ('self.params.get("least")', "self.params", 'self.args.get("least")'),
        ('args["least"] + args["least"]', "args", 'self.args["least"] + self.args["least"]'),
        ('nstack.args["least"]', "nstack.args", 'self.args["least"]'),
        ("x + least", "least", 'x + self.args["least"]'),
        ("self.least", "self.least", 'self.args["least"]'),
        ("f'{self.least}'", "self.least", None),
    ],
)
def test_a_parameter_that_is_read_from_what_there_is_not(read: str, under: str, after: str | None) -> None:
    title = f"`f` reads a parameter from `{under}`, which there is not"
    assert told(read) == [("NS0810", under, title, [] if after is None else [after])]


def test_a_parameter_that_is_read_without_quotes() -> None:
    title = "`f` reads the parameter `least` without quotes"
    assert told("self.args[least]") == [("NS0810", "self.args[least]", title, ['self.args["least"]'])]
    assert told("self.args[least]", more="    least = 'most'\n\n") == []


def test_what_is_read_from_in_vain_is_told_once() -> None:
    ((code, under, _, _),) = told('self.arg["least"]', 'self.arg["most"]')
    assert (code, under) == ("NS0810", "self.arg")


@pytest.mark.parametrize(
    ("read", "more"),
    [
        ('self.arg["least"]', "    arg = {}\n\n"),
        ('self.arg["least"]', "    def startup(self):\n        self.arg = {}\n\n"),
        ('x["least"]', ""),
        ("str([least for least in x])", ""),
    ],
)
def test_what_there_is_may_hold_anything(read: str, more: str) -> None:
    assert [code for code, _, _, _ in told(read, more=more)] == ["NS0807"]


def test_of_a_method_without_self_that_alone_is_told() -> None:
    python = f"{HEAD}    def f(x):\n        return x\n"
    (found,) = check_texts({"a/module.nml": NML.partition("fun g")[0], "a/service.py": python}).diagnostics
    assert found.title == "the method `f` lacks `self`"


def test_of_a_static_method_its_decorator_alone_is_told() -> None:
    python = f"{HEAD}    @staticmethod\n    def f(self, x):\n        return x\n"
    nml = NML.partition("fun g")[0]
    (found,) = check_texts({"a/module.nml": nml, "a/service.py": python}).diagnostics
    assert found.code.id == "NS0804"
