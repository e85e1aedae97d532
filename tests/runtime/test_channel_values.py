"""Generated types: the values that go into the messages of a channel come out of them."""

from hypothesis import given
from hypothesis import strategies as st
from nstack.connectors.channelvalues import MOST, MOST_BYTES, Values
from nstack.runtime.codec import Codec
from nstack.runtime.scalars import Bytes, Double, Integer, Json, Text
from nstack.runtime.token import Token
from test_codec_property import SETTINGS, TYPES


def there_and_back(annotation: object, values: list[object]) -> list[object]:
    """Values through messages, as a reader's stage decodes them."""
    codec = Codec(annotation)
    messages = Values(codec).messages(values)
    batch = Values(codec).batch(messages, Token(), "channel c")
    if batch.block is not None:
        return codec.decode_lines(batch.block)
    assert batch.decode is not None
    return [batch.decode(record) for record in batch.values]


@SETTINGS
@given(st.data())
def test_values_of_any_type_come_out(data: st.DataObject) -> None:
    annotation, values = data.draw(TYPES)
    some = data.draw(st.lists(values, max_size=4))
    found = there_and_back(annotation, some)
    assert found == some
    assert all(map(Codec(annotation).test, found))


@SETTINGS
@given(st.lists(st.floats() | st.integers(0, 9).map(float), max_size=2 * MOST))
def test_so_do_numbers_that_json_does_not_have(values: list[float]) -> None:
    assert list(map(repr, there_and_back(Double, list(values)))) == list(map(repr, values))


@SETTINGS
@given(st.lists(st.text(), max_size=4))
def test_so_does_text_that_is_no_utf_8(values: list[str]) -> None:
    for text in (*values, "\ud83d", "a\udc00b"):
        assert there_and_back(Text, [text]) == [text]


def test_messages_hold_several_values_and_are_bounded() -> None:
    messages = Values(Codec(Integer)).messages(list(range(3 * MOST + 1)))
    assert [message.count(b"\n") for message in messages] == [MOST, MOST, MOST, 1]
    large = Values(Codec(Text)).messages(["x" * (MOST_BYTES // 3)] * 8)
    assert [message.count(b"\n") for message in large] == [2, 2, 2, 2]
    assert len(Values(Codec(Bytes)).messages([b"x" * MOST_BYTES])[0]) < MOST_BYTES + 16
    (one,) = Values(Codec(Json)).messages(["1"])
    assert there_and_back(Json, ["1"] * 3) == ["1"] * 3
    assert one[:1] == b"\x01"
