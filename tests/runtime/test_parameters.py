"""Parameters at start: text to typed values, what is missing, what may not be set."""

import base64
import datetime
from typing import Any

import pytest
from nstack.runtime import Call, Literal, Parameter, Policy, Sink, Source, Text, UserModule, Workflow
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import UsageError
from nstack.runtime.log import Log
from nstack.runtime.parameters import duration_of, from_text, resolve

DECLARED = (
    Parameter("n", "Integer", 3, default=True),
    Parameter("mode", "enum", "a", choices=("a", "b"), default=True),
    Parameter("user", "Text", "me", origin="w.nml:2:9"),
    Parameter("needed", "Double", required=True),
    Parameter("pg_password", "Text", "hidden", default=True),
    Parameter("key", "Text", environment="THE_KEY", origin="w.nml:3:9"),
)


def workflow(*parameters: Parameter, opened: bool = False) -> tuple[Workflow, Call]:
    module = UserModule("M:0.0.1", "nowhere", parameters={} if opened else {"f": parameters})
    call = Call(module, "f", input=Text, output=Text, parameters=parameters, origin="w.nml:1:1", text="M.f")
    return Workflow("w", sources=((Literal(("x",), Text), lambda values, token: None),), calls=(call,)), call


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("90s", 90),
        ("1m30s", 90),
        ("2h", 7200),
        ("PT1M", 60),
        ("15", 15),
        ("1.5", 1.5),
        ("1d12h", 129600),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration_of(text) == datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "5 minutes", "-3", "inf", "nan", "1h and a bit", "1e15", "9" * 400 + "h"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match=text or "^$"):
        duration_of(text)


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("Integer", "5_000", 5000),
        ("Double", "1e3", 1000.0),
        ("Boolean", "false", False),
        ("Text", "", ""),
        ("[Integer]", "1, 2", [1, 2]),
        ("[Integer]", "[1,2]", [1, 2]),
        ("[Text]", '["a,b"]', ["a,b"]),
        ("[Text]", "", []),
        ("[Duration]", '["1m", 5]', [datetime.timedelta(minutes=1), datetime.timedelta(seconds=5)]),
    ],
)
def test_text_to_value(type: str, text: str, value: Any) -> None:
    assert from_text(Parameter("p", type), text) == value


def test_values_from_everywhere() -> None:
    made, call = workflow(*DECLARED)
    resolved = resolve(made, {"needed": "2.5", "mode": "b"}, {"THE_KEY": "geheim"})
    assert dict(resolved.of(call)) == {
        "n": 3,
        "mode": "b",
        "user": "me",
        "needed": 2.5,
        "pg_password": "hidden",
        "key": "geheim",
    }
    assert sorted(resolved.secrets) == ["geheim", "hidden"]
    assert repr(resolved.of(call)).count("***") == 2
    assert "geheim" not in repr(resolved.of(call))


def test_everything_missing_or_wrong_is_told_at_once() -> None:
    made, _ = workflow(*DECLARED)
    with pytest.raises(UsageError) as caught:
        resolve(made, {"n": "x", "mode": "c", "user": "you", "nope": "1", "retry": "-2", "pg_password": ""}, {})
    told = str(caught.value).splitlines()
    wanted = ["-p user", "-p nope", "-p n", "-p mode", "M.f needs a parameter needed ", "$THE_KEY is not set"]
    assert [line.split(":")[0] for line in told] == [*wanted, "-p retry"]
    assert "-p user: the program sets user itself, at w.nml:2:9" in told
    assert '-p n: M.f expects Integer, got "x"' in told
    assert '-p mode: M.f expects one of "a", "b", got "c"' in told
    assert "M.f needs a parameter needed : Double; give it with -p needed=… (w.nml:1:1)" in told
    assert "$THE_KEY is not set: M.f needs it for key (w.nml:3:9)" in told


@pytest.mark.parametrize(
    ("type", "text", "wanted"),
    [
        ("Integer", "9223372036854775808", "Integer (64 bit)"),
        ("Integer", "1.0", "Integer"),
        ("Integer", "٣", "Integer"),
        ("Double", "nan", "Double"),
        ("Double", "1e999", "Double"),
        ("[Integer]", "1,b", "[Integer]"),
    ],
)
def test_what_a_text_should_have_been(type: str, text: str, wanted: str) -> None:
    made, _ = workflow(Parameter("p", type, required=True))
    with pytest.raises(UsageError) as caught:
        resolve(made, {"p": text}, {})
    assert str(caught.value) == f'-p p: M.f expects {wanted}, got "{text}"'


def policies(*fixed: dict[str, str]) -> tuple[Workflow, tuple[Sink, ...]]:
    """A workflow of a literal and sinks, each with a policy of its own."""
    values = {"retry": 1, "timeout": 9.0, "on_error": "stop", "dead_letter": "own", "parallelism": 1, "ordered": True}
    sinks = tuple(
        Sink("Sinks.x", Text, policy=Policy(**{name: values[name] for name in own}, fixed=own)) for own in fixed
    )
    return Workflow("w", sources=((Literal(("x",), Text), lambda values, token: None),), sinks=sinks), sinks


GIVEN = {
    "retry": ("3", 3),
    "timeout": ("1m", 60.0),
    "on_error": ("dead_letter", "dead_letter"),
    "dead_letter": ("x.jsonl", "x.jsonl"),
    "parallelism": ("8", 8),
    "ordered": ("false", False),
}


@pytest.mark.parametrize("name", GIVEN)
def test_what_every_function_understands_is_bound_from_outside_where_the_program_says_nothing(name: str) -> None:
    text, value = GIVEN[name]
    made, (inner, free) = policies({name: "w.nml:2:9"}, {})
    resolved = resolve(made, {name: text}, {})
    assert (getattr(resolved.policy(inner), name), getattr(resolved.policy(free), name)) == (
        getattr(inner.policy, name),
        value,
    )
    everywhere, _ = policies({name: "w.nml:2:9"}, {name: "w.nml:3:9"})
    with pytest.raises(UsageError) as caught:
        resolve(everywhere, {name: text}, {})
    assert str(caught.value) == f"-p {name}: the program sets {name} itself, at w.nml:2:9"


@pytest.mark.parametrize(("text", "retry"), [("true", 5), ("false", 0), ("0", 0), ("12", 12)])
def test_how_often(text: str, retry: int) -> None:
    made, (sink,) = policies({})
    assert resolve(made, {"retry": text}, {}).policy(sink).retry == retry


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("retry", "maybe", "true, false or how often"),
        ("retry", "-1", "true, false or how often"),
        ("timeout", "0", 'a Duration of more than no time (such as "90s")'),
        ("timeout", "soon", 'a Duration of more than no time (such as "90s")'),
        ("on_error", "ignore", 'one of "stop", "skip", "dead_letter"'),
        ("dead_letter", "", "a path"),
        ("parallelism", "0", "a number from 1"),
        ("parallelism", "99999999999999999999", "a number from 1"),
        ("ordered", "yes", "true or false"),
    ],
)
def test_a_wrong_value_of_what_every_function_understands_is_told_once(name: str, text: str, wanted: str) -> None:
    made, _ = policies({}, {})
    with pytest.raises(UsageError) as caught:
        resolve(made, {name: text}, {})
    assert str(caught.value) == f'-p {name}: expected {wanted}, got "{text}"'


def test_a_function_that_takes_any_parameter_does_not_see_what_every_function_understands() -> None:
    made, call = workflow(opened=True)
    resolved = resolve(made, {"retry": "2", "extra": "x"}, {})
    assert dict(resolved.of(call)) == {"extra": "x"}
    assert resolved.policy(call).retry == 2


def test_a_secret_is_not_shown_when_it_is_wrong() -> None:
    made, _ = workflow(Parameter("port", "Integer", environment="PORT"))
    with pytest.raises(UsageError) as caught:
        resolve(made, {}, {"PORT": "geheim"})
    assert str(caught.value) == "$PORT: M.f expects Integer for port, got another text"


def test_an_open_function_takes_any_name() -> None:
    made, call = workflow(Parameter("set", value="1", open=True), opened=True)
    assert dict(resolve(made, {"extra": "x"}, {}).of(call)) == {"set": "1", "extra": "x"}
    with pytest.raises(UsageError, match="-p set: the program sets set itself"):
        resolve(made, {"set": "2"}, {})


def test_a_name_is_read_where_it_is_not_bound() -> None:
    source = Source("Sources.x", Text, parameters=(Parameter("path", "Text", "fixed"),), origin="w.nml:1:1")
    sink = Sink("Sinks.x", Text, parameters=(Parameter("path", "Text", required=True),), origin="w.nml:2:1")
    made = Workflow("w", sources=((source, lambda values, token: None),), sinks=(sink,))
    resolved = resolve(made, {"path": "given"}, {})
    assert (resolved.of(source).path, resolved.of(sink).path) == ("fixed", "given")


def test_parameters_answer_as_mapping_and_attributes() -> None:
    parameters = Parameters({"a": 1})
    assert (parameters.a, parameters["a"], parameters.get("b"), len(parameters), list(parameters)) == (
        1,
        1,
        None,
        1,
        ["a"],
    )
    with pytest.raises(AttributeError, match="no parameter 'b'"):
        _ = parameters.b


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "somebody"])
def test_a_secret_is_struck_out_of_base64_too(user: str, capfd: pytest.CaptureFixture[str]) -> None:
    log = Log()
    log.hide(("open sesame!",))
    text = base64.b64encode(f"{user}:open sesame!:behind".encode()).decode()
    log.info(f"the server says Basic {text}")
    shown = capfd.readouterr().err
    assert "***" in shown
    left = shown.partition("Basic ")[2].strip().split("***")
    known = [base64.b64decode(part + "=" * (-len(part) % 4)) for part in left if len(part) % 4 != 1]
    assert not any(b"sesa" in part for part in known)
    assert len("".join(left)) <= len(text) - 14


def test_secrets_are_struck_out_of_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    log = Log()
    log.hide(("geheim", "abc"))
    log.info("the key is geheim; abc is too short to hide")
    Log("json").error("x", at=None, n=1, odd=object)
    text, json = capfd.readouterr().err.splitlines()
    assert text == "the key is ***; abc is too short to hide"
    assert json.endswith('"level":"error","event":"log","message":"x","n":1,"odd":"<class \'object\'>"}')


def test_an_item_of_a_list_may_come_from_the_environment() -> None:
    names = Parameter("names", "[Text]", ({"$env": "NAME"}, "b"), origin="w.nml:2:9")
    waits = Parameter("waits", "[Duration]", (1, {"$env": "WAIT"}), default=True)
    flow, call = workflow(names, waits)
    found = resolve(flow, {}, {"NAME": "xy", "WAIT": "2m"})
    minutes = [datetime.timedelta(seconds=1), datetime.timedelta(minutes=2)]
    assert dict(found.of(call)) == {"names": ["xy", "b"], "waits": minutes}
    assert "xy" in found.secrets
    with pytest.raises(UsageError) as raised:
        resolve(flow, {}, {"WAIT": "soon"})
    assert str(raised.value) == (
        "$NAME is not set: M.f needs it for names (w.nml:2:9)\n"
        '$WAIT: M.f expects Duration (such as "90s") for waits, got another text'
    )
