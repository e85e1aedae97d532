"""A version in another form is one error, whose fix imports the newest that there is."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

LIBRARY = "module Demo.Types:1.2.0\n\nfun f : Text -> Text\n"
REST = "\ndef w = Sources.stdin | Types.f | Sinks.log\n"


@pytest.mark.parametrize("alias", ["", " as Types"])
@pytest.mark.parametrize(
    "version", ["@latest", ":latest", "@1.0", " version 1.2.0", ' "1.2.0"', " at 1.2.0", "", ":v1.2.0"]
)
def test_a_version_in_another_form_is_one_error(version: str, alias: str) -> None:
    text = f"import Demo.Types{version}{alias}{REST}"
    (found,) = check_texts({"t/module.nml": LIBRARY, "main.nml": text}).diagnostics
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended in (f"import Demo.Types:1.2.0{alias}{REST}", f"import Demo.Types:1.2.0{REST}")
    assert check_texts({"t/module.nml": LIBRARY, "main.nml": mended}).diagnostics == ()


def test_an_attribute_below_an_import_is_one() -> None:
    text = f"import Demo.Types:1.2.0\n@experimental{REST}"
    assert check_texts({"t/module.nml": LIBRARY, "main.nml": text}).diagnostics == ()
