"""A corpus of generated programs."""

import importlib.util
from pathlib import Path

import pytest

CORPORA = Path(__file__).resolve().parents[2] / "benchmarks" / "corpora.py"


@pytest.fixture(scope="session")
def corpus() -> list[str]:
    """Modules as the benchmarks write them: types through imports, records, sums, six pipes each."""
    spec = importlib.util.spec_from_file_location("corpora", CORPORA)
    assert spec is not None
    assert spec.loader is not None
    corpora = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(corpora)
    modules = corpora.plan(40, 7)
    return [corpora.nml(module, modules) for module in modules]
