"""``nsc impact``: what a name means, and which stages it concerns."""

import json
from pathlib import Path

import pytest
from shop import FLOWS, SERVICE, SHOP, compiled, graphs
from two_states import PATH

from nscompiler.cli.main import main
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.impact import impact, interfaces, schemes
from nscompiler.tools.targets import FieldTarget, NoTarget, ParameterTarget, target


@pytest.fixture(scope="module")
def program():
    return compiled()


def meant(program, text: str):
    return target(text, interfaces(program))


def stages(program, text: str) -> dict[str, list[str]]:
    """What each workflow's stages do, ``uses Demo.Shop.bill``."""
    found = impact(meant(program, text), graphs(program), schemes(program))
    return {
        one.workflow: [" ".join(filter(None, (row.role, row.stage, row.remark))) for row in one.rows] for one in found
    }


def test_a_field_is_followed_through_rows_lists_and_branches(program) -> None:
    assert stages(program, "Order.items.price") == {
        "billing": [
            "gives Demo.Shop.orders",
            "passes Demo.Shop.tag",
            "passes before Demo.Shop.audit Integer becomes Double",
            "drops Demo.Shop.audit",
            "uses Demo.Shop.bill",
        ],
        "shipping": ["gives Sources.jsonl", "uses Demo.Shop.ship"],
        "names": ["gives Demo.Shop.orders", "uses Demo.Shop.listed"],
        "read": ["gives Conv.from_json", "uses Demo.Shop.event", "gives Demo.Shop.event", "writes Sinks.log"],
    }


def test_a_field_that_a_joint_drops(program) -> None:
    found = stages(program, "Order.note")
    assert found["billing"] == [
        "gives Demo.Shop.orders",
        "passes Demo.Shop.tag",
        "drops Demo.Shop.audit",
        "drops before Demo.Shop.bill",
    ]
    assert found["names"] == ["gives Demo.Shop.orders", "drops Demo.Shop.listed"]


def test_a_field_that_ends_in_a_text(program) -> None:
    assert stages(program, "Item.name")["names"] == [
        "gives Demo.Shop.orders",
        "uses Demo.Shop.listed",
        "gives Demo.Shop.listed",
        "passes Conv.to_json as part of a text",
        "writes Sinks.stdout as part of a text",
    ]


def test_a_field_that_is_written(program) -> None:
    assert stages(program, "Billed.total") == {"billing": ["gives Demo.Shop.bill", "writes Sinks.jsonl"]}


def test_the_payload_of_a_constructor(program) -> None:
    assert stages(program, "Event.Placed.user") == {"read": ["gives Demo.Shop.event", "writes Sinks.log"]}


def test_a_whole_type(program) -> None:
    assert stages(program, "Billed") == {"billing": ["gives Demo.Shop.bill", "writes Sinks.jsonl"]}


def test_where_a_value_came_from_before_it_had_the_type(program) -> None:
    assert stages(program, "Order.user")["shipping"] == ["gives Sources.jsonl", "uses Demo.Shop.ship"]


def test_parameters(program) -> None:
    assert stages(program, "orders.region") == {
        "billing": ['sets Demo.Shop.orders "us"'],
        "names": ['default Demo.Shop.orders "eu"'],
    }
    assert stages(program, "Demo.Shop.tag.db") == {"billing": ["sets Demo.Shop.tag $DB"]}
    assert stages(program, "Sinks.jsonl.path") == {"billing": ['sets Sinks.jsonl "out.jsonl"']}


def test_variables_of_the_environment_inside_a_list_are_written_as_the_program_writes_them() -> None:
    text = (
        'fun f : Text -> Text with { keys : [Text] = [$KEY, "b"] }\n'
        'def w = Sources.stdin | f | Sinks.log\ndef v = Sources.stdin | f { keys = ["a", $OTHER] } | Sinks.log\n'
    )
    code = "class Module:\n    def f(self, x):\n        return self.args['keys'][0]\n"
    texts = {PATH: f"module Demo:1.0.0\n\n{text}", str(Path(PATH).with_name("service.py")): code}
    program = Compilation(MemoryFiles(texts, DiskFiles()), [PATH])
    assert stages(program, "f.keys") == {
        "w": ['default Demo.f [$KEY, "b"]'],
        "v": ['sets Demo.f ["a", $OTHER]'],
    }


@pytest.mark.parametrize(
    "text",
    ["Order.items.price", "Shop.Order.items.price", "Demo.Shop.Order.items.price", "Demo.Shop:1.0.0.Order.items.price"],
)
def test_ways_to_name_a_field(program, text: str) -> None:
    found = meant(program, text)
    assert isinstance(found, FieldTarget)
    assert (found.module, found.type, found.path) == ("Demo.Shop:1.0.0", "Order", (".items", "[]", ".price"))


def test_quoted_fields_authors_and_open_parameters() -> None:
    text = 'module acme/Demo:1.0.0\n\ntype T = { "A.b" : (Text, Integer) }\nfun f : Text -> Text\n'
    program = Compilation(MemoryFiles({PATH: text}, DiskFiles()), [PATH])
    assert program.checked
    for name in ('T."A.b".1', 'acme/Demo.T."A.b".1', 'Demo.T."A.b".1', 'acme/Demo:1.0.0.T."A.b".1'):
        found = meant(program, name)
        assert isinstance(found, FieldTarget)
        assert found.path == (".A.b", "#1")
    assert isinstance(meant(program, "f.anything"), ParameterTarget)


_NO_PARAMETER = "`{0}` is a function; name a parameter of it, `{0}.parameter`"


@pytest.mark.parametrize(
    ("text", "said", "note"),
    [
        ("Order.itms", "`Order` has no part `itms`", "did you mean `items`?"),
        ("Order.items.cost", "`Order.items` has no part `cost`", "it has price, name"),
        ("Order.user.x", "`Order.user` has no part `x`", "it has no parts"),
        ("Ordr.user", "there is no type or function that `Ordr.user` could mean", "did you mean `Order`?"),
        ("tag.dbs", "`tag` has no parameter `dbs`", "did you mean `db`?"),
        ("Shop.tag", "`tag` is a function; name a parameter of it, `tag.parameter`", "it has db"),
        (
            "audit",
            "`audit` is a function; name a parameter of it, `audit.parameter`",
            "it reads parameters by any name",
        ),
        (
            "Conv.to_json",
            "`to_json` is a function; name a parameter of it, `to_json.parameter`",
            "it has no parameters",
        ),
        ("tag.db.name", "`tag.db` is a parameter; nothing follows its name", None),
        ("bill.x", "`bill` has no parameter `x`", None),
        (
            "Demo.Shp.tag",
            "there is no type or function that `Demo.Shp.tag` could mean",
            "did you mean `Demo.Shop.tag`?",
        ),
        (
            "Demo.Flows.Order.items.price",
            "there is no type or function that `Demo.Flows.Order.items.price` could mean",
            "did you mean `Demo.Shop.Order.items.price`?",
        ),
        ("Demo.Shop", "`Demo.Shop` is a module; name a type or function of it", None),
        ("Demo.Shop:1.0.0", "`Demo.Shop:1.0.0` is a module; name a type or function of it", None),
        ("Demo.Shop:2.0.0.Order.user", "`Demo.Shop` is not here in version 2.0.0", "it is in 1.0.0"),
        ("Order.", "a name is missing before or after a dot of `Order.`", None),
        (".Order", "a name is missing before or after a dot of `.Order`", None),
        ("Order..user", "a name is missing before or after a dot of `Order..user`", None),
        ("Nowhere:1.0.0.T", "there is no type or function that `Nowhere:1.0.0.T` could mean", None),
    ],
)
def test_names_that_mean_nothing(program, text: str, said: str, note: str | None) -> None:
    if text == "bill.x":
        assert isinstance(meant(program, text), ParameterTarget)
        return
    with pytest.raises(NoTarget) as raised:
        meant(program, text)
    assert str(raised.value) == said
    assert note is None or raised.value.notes == (note,)


def test_a_name_that_means_several_things() -> None:
    program = compiled(FLOWS + "type Order = { user : Text }\n")
    with pytest.raises(NoTarget) as raised:
        meant(program, "Order.user")
    assert sorted(raised.value.notes) == ["Demo.Flows:1.0.0.Order.user", "Demo.Shop:1.0.0.Order.user"]
    assert isinstance(meant(program, "Flows.Order.user"), FieldTarget)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in {"shop/module.nml": SHOP, "shop/service.py": SERVICE, "flows/module.nml": FLOWS}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "Billed.total"]) == 0
    assert capsys.readouterr().out == (
        "Demo.Flows:1.0.0 billing\n"
        "    gives   Demo.Shop.bill  flows/module.nml:9:17\n"
        "    writes  Sinks.jsonl     flows/module.nml:9:26\n"
    )
    assert main(["impact", "Event.Beat", "shop"]) == 0
    assert capsys.readouterr().out == "Demo.Shop:1.0.0.Event.Beat concerns no workflow here\n"


def test_functions_need_no_python_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "shop/service.py").write_text("class Module:\n    def orders(self): ...\n")
    assert main(["impact", "Billed.total"]) == 0
    table = capsys.readouterr().out
    (folder / "shop/service.py").unlink()
    assert main(["impact", "Billed.total"]) == 0
    assert capsys.readouterr() == (table, "")
    assert "gives   Demo.Shop.bill" in table
    assert main(["lineage", ".", "billing"]) == 0
    assert '"name": "Demo.Flows.billing"' in capsys.readouterr().out
    assert main(["graph", ".", "billing"]) == 0
    assert "billing of Demo.Flows:1.0.0" in capsys.readouterr().out
    assert main(["build", "."]) == 1
    assert "NS0607" in capsys.readouterr().err


def test_workflows_that_cannot_be_laid_out_are_not_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = SHOP + "type Spare = { x : Text }\nfun all : Void -> Void\n"
    (folder / "shop/module.nml").write_text(shop)
    (folder / "flows/module.nml").write_text(FLOWS + "\ndef daily = S.all\n")
    assert main(["impact", "Spare.x"]) == 1
    captured = capsys.readouterr()
    assert "from Void to Void, which nothing can run" in captured.err
    assert captured.out == "Demo.Shop:1.0.0.Spare.x: not known for 1 workflow\n"
    assert main(["impact", "Billed.total"]) == 1
    tables = capsys.readouterr().out
    assert "writes  Sinks.jsonl" in tables
    assert tables.endswith("\nDemo.Shop:1.0.0.Billed.total: not known for 1 workflow\n")
    assert main(["impact", "Spare.x", ".", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["workflows"] == []
    assert document["not_known"] == [{"module": "Demo.Flows:1.0.0", "workflow": "daily"}]
    assert main(["lineage", "."]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "Billed.total", ".", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema_version"], document["target"]) == (1, "Demo.Shop:1.0.0.Billed.total")
    (workflow,) = document["workflows"]
    assert workflow["stages"][0] == {
        "role": "gives",
        "stage": "Demo.Shop.bill",
        "file": "flows/module.nml",
        "line": 9,
        "column": 17,
        "remark": None,
    }


def test_a_fault_elsewhere_is_told_of_and_hides_no_other_workflow(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["impact", "Billed.total", ".", "--format", "json"]) == 0
    before = json.loads(capsys.readouterr().out)
    (folder / "faulty.nml").write_text(
        "import Demo.Shop:1.0.0 as S\n\ndef broken = S.ordrs | Sinks.log\n\ndef whole = S.orders | Sinks.log\n"
    )
    assert main(["impact", "Billed.total", ".", "--format", "json"]) == 1
    out, err = capsys.readouterr()
    after = json.loads(out)
    assert after["workflows"] == before["workflows"]
    assert after["not_known"] == [{"module": "faulty", "workflow": "whole"}]
    assert "did you mean `orders`?" in err
    assert err.count("error[") == 1


def test_the_command_where_nothing_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "Order.items", "nowhere"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error[NS0221]: there is no file or folder `nowhere`\n")
    assert "could mean" not in captured.err


def test_the_command_with_a_wrong_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "Order.itms"]) == 1
    assert capsys.readouterr().err == "error: `Order` has no part `itms`\n  did you mean `items`?\n"
