"""Globs of ``files``, requirements, content hashes."""

import pytest

from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.modules.contents import Outside, content_files, content_hash, expand, read_requirements

TREE = MemoryFiles(
    {
        f"m/{name}": name
        for name in (
            "module.nml",
            "service.py",
            "train.csv",
            "data/a.csv",
            "data/b.txt",
            "data/deep/c.csv",
            "data/__pycache__/x.pyc",
            "data/.cache/y",
            ".env",
            "model-1/w.bin",
            "we[ird].txt",
        )
    }
)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("train.csv", ("train.csv",)),
        ("./train.csv", ("train.csv",)),
        ("*.csv", ("train.csv",)),
        ("**/*.csv", ("data/a.csv", "data/deep/c.csv", "train.csv")),
        ("**/**/*.csv", ("data/a.csv", "data/deep/c.csv", "train.csv")),
        ("data", ("data/a.csv", "data/b.txt", "data/deep/c.csv")),
        ("data/", ("data/a.csv", "data/b.txt", "data/deep/c.csv")),
        ("data/**", ("data/a.csv", "data/b.txt", "data/deep/c.csv")),
        ("data/?.csv", ("data/a.csv",)),
        ("data/[a-b].*", ("data/a.csv", "data/b.txt")),
        ("data/*/c.csv", ("data/deep/c.csv",)),
        ("model*", ("model-1/w.bin",)),
        (".env", (".env",)),
        (".*", (".env",)),
        ("data/__pycache__", ("data/__pycache__/x.pyc",)),
        ("TRAIN.csv", ()),
        ("data/none", ()),
        ("train.csv/x", ()),
        ("", ()),
        ("we[[]ird].txt", ("we[ird].txt",)),
    ],
)
def test_patterns(pattern, names):
    assert expand(pattern, "m", TREE) == names


def test_the_folder_itself():
    everything = expand(".", "m", TREE)
    assert isinstance(everything, tuple)
    assert {"module.nml", "data/deep/c.csv"} <= set(everything)
    assert not any("pycache" in name or name.startswith(".") for name in everything)


@pytest.mark.parametrize("pattern", ["/etc/passwd", "../x", "data/../../x", "data/.."])
def test_patterns_that_lead_out(pattern):
    assert isinstance(expand(pattern, "m", TREE), Outside)


def test_links(tmp_path):
    module = tmp_path / "m"
    (module / "data").mkdir(parents=True)
    (module / "data" / "a.csv").write_text("1")
    (tmp_path / "secret.csv").write_text("2")
    (module / "inside.csv").symlink_to(module / "data" / "a.csv")
    (module / "loop").symlink_to(module)
    (module / "outside.csv").symlink_to(tmp_path / "secret.csv")
    (module / "up").symlink_to(tmp_path)
    files, folder = DiskFiles(), str(module)
    assert expand("inside.csv", folder, files) == ("inside.csv",)
    assert expand("data", folder, files) == ("data/a.csv",)
    assert expand("outside.csv", folder, files) == Outside("`outside.csv` is a link to somewhere else")
    assert expand("*.csv", folder, files) == Outside("`outside.csv` is a link to somewhere else")
    assert isinstance(expand("up/secret.csv", folder, files), Outside)
    assert expand("**/a.csv", folder, files) == ("data/a.csv",)


def test_requirements():
    text = "# all\n numpy>=1 # why\n\nx @ https://h/x.zip#sha256=1\r\nscikit-learn \\\n  ==1.5\n-r other.txt\n"
    files = MemoryFiles({"m/requirements.txt": text})
    assert read_requirements("m", files) == (
        "numpy>=1",
        "x @ https://h/x.zip#sha256=1",
        "scikit-learn   ==1.5",
        "-r other.txt",
    )
    assert read_requirements("none", files) == ()


def test_the_files_of_a_module():
    assert content_files("m/module.nml", ("train.csv", "data/a.csv"), TREE) == (
        "data/a.csv",
        "module.nml",
        "service.py",
        "train.csv",
    )
    lone = MemoryFiles({"etl.nml": "", "etl.py": "", "service.py": ""})
    assert content_files("etl.nml", (), lone) == ("etl.nml", "etl.py")


def hashed(files, listed=()):
    text, problems = content_hash("m/module.nml", listed, MemoryFiles(files))
    assert problems == ()
    return text


def test_the_hash_changes_with_what_a_module_is():
    base = {"m/module.nml": "module A:1.0.0", "m/service.py": "x", "m/other.txt": "y", "m/data.csv": "z"}
    first = hashed(base, ("data.csv",))
    assert first.startswith("sha256:")
    assert len(first) == len("sha256:") + 64
    assert hashed(dict(reversed(base.items())), ("data.csv",)) == first
    assert hashed({**base, "m/other.txt": "changed"}, ("data.csv",)) == first
    changed = [
        hashed({**base, "m/service.py": "changed"}, ("data.csv",)),
        hashed({**base, "m/data.csv": "changed"}, ("data.csv",)),
        hashed(base),
        hashed({**base, "m/requirements.txt": ""}, ("data.csv",)),
    ]
    assert len({first, *changed}) == 5


def test_moving_bytes_between_files_changes_the_hash():
    one = hashed({"m/module.nml": "ab", "m/service.py": "c"})
    assert hashed({"m/module.nml": "a", "m/service.py": "bc"}) != one


def test_a_listed_file_that_cannot_be_read():
    text, problems = content_hash("m/module.nml", ("gone.csv",), MemoryFiles({"m/module.nml": ""}))
    assert text is None
    assert [item.code.id for item in problems] == ["NS0221"]
