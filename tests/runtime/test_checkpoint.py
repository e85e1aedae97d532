"""Where a source goes on after a stop or a crash."""

from collections.abc import Callable
from pathlib import Path

import pytest
from emitted_package import Package
from nstack.runtime.checkpoint import Store

Lines = Callable[..., str]


@pytest.mark.thorough
def test_an_unbounded_source_goes_on_where_it_was(package: Package, tmp_path: Path) -> None:
    package.write(
        """
        module = UserModule("Some.Module:0.1.0", FOLDER / "m")
        ticks_1 = Source(module, Integer, function="ticks", origin="w.nml:1:1", text="M.ticks")
        show_2 = Call(module, "show", input=Integer, output=Text, origin="w.nml:1:5", text="M.show")
        out_3 = Sink("Sinks.stdout", Text, origin="w.nml:1:9", text="Sinks.stdout")
        def run(values, token):
            for a in values:
                for b in show_2(a, token):
                    out_3(b, token)
        workflow = Workflow("w", sources=((ticks_1, run),), calls=(show_2,), sinks=(out_3,))
        """,
        m=f"""
        import os
        import nstack

        class Module(nstack.Module):
            def ticks(self):
                first = self.resume_from or 0
                for number in range(first + 1, first + 4):
                    yield nstack.At(number, number)
                if self.args.get("fail"):
                    raise ValueError("broken")

            def show(self, number):
                if number == 2 and not os.path.exists({str(tmp_path / "second")!r}):
                    open({str(tmp_path / "second")!r}, "w").close()
                    os._exit(9)                            # as a kill would do, after the first value has gone
                return str(number)
        """,
    )
    assert package.run().returncode == 9
    assert package.run().stdout.split()[-1] in ("3", "4")  # the first value may come again, none is left out
    places = Store(package.folder).load("w", "").items()
    ((before, _),) = [place for key, place in places if key.kind == "source"]
    assert package.run().stdout.split() == [str(before + 1), str(before + 2), str(before + 3)]
    assert package.run("--fresh").stdout.split() == ["1", "2", "3"]
    failed = package.run("-p", "fail=yes")
    assert failed.returncode == 1
    assert "Some.Module.ticks: ValueError: broken" in failed.stderr
