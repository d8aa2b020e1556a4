"""CBOR: deterministic writing, strict reading."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.encoding import cbor
from common.errors import MalformedInputError

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.integers(-(2**64), 2**64 - 1), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_what_is_written_is_read_again(value: object) -> None:
    assert cbor.decode(cbor.encode(value)) == value


def test_the_order_of_keys_does_not_show() -> None:
    assert cbor.encode({"b": 2, "aa": 1, 10: 3, -1: 4}).hex() == "a40a0320046162026261" + "6101"
    assert cbor.encode({-1: 4, "aa": 1, 10: 3, "b": 2}) == cbor.encode({"b": 2, "aa": 1, 10: 3, -1: 4})


@pytest.mark.parametrize(
    "data",
    [
        "",
        "0000",  # something follows
        "a2616101616102",  # a key twice
        "a2f97e0001f97e0002",  # not-a-number as a key, twice
        "a1f501",  # true as a key
        "a1810001",  # an array as a key
        "9f",  # indefinite, without an end
        "bf6161ff",  # a key without value
        "bf616101616102ff",  # a key twice
        "5f00ff",  # a number in a byte string
        "5f5f4100ffff",
        "7f4100ff",
        "ff",
        "9bffffffffffffffff",  # a length that nobody has
        "5bffffffffffffffff",
        "bb00ffffffffffffff",
        "61ff",  # not UTF-8
        "81" * 33 + "00",
        "d818" * 40 + "00",
        "c1" * 500_000 + "00",  # a bomb of tags
        "81" * 500_000 + "00",
        "1c",
    ],
)
def test_what_is_refused(data: str) -> None:
    with pytest.raises(MalformedInputError):
        cbor.decode(bytes.fromhex(data), tags=frozenset({1, 24}))


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("9fff", []),
        ("9f01820203ff", [1, [2, 3]]),
        ("bf61619f01ff6162bfffff", {"a": [1], "b": {}}),
        ("5f4100420102ff", b"\0\1\2"),
        ("7f61616162ff", "ab"),
        ("1b0000000000000001", 1),  # longer than it need be
        ("d9d9f7820102", [1, 2]),  # said to be CBOR
    ],
)
def test_the_same_written_at_greater_length(data: str, value: object) -> None:
    assert cbor.decode(bytes.fromhex(data)) == value


@pytest.mark.parametrize(
    "item",
    ["d81841f6", "d8185801f6", "d8185b0000000000000001f6", "d9001841f6", "da0000001841f6", "d8185f41f6ff"],
)
def test_what_is_embedded_keeps_the_bytes_that_were_received(item: str) -> None:
    data = bytes.fromhex(f"bf616181{item}6162d8184100ff")
    for tags in (None, {24}):
        found = cbor.decode(data, tags=tags)
        assert (found["a"][0].value, found["a"][0].encoded.hex()) == (b"\xf6", item)
        assert found["b"] == cbor.embed(b"\0")
        assert cbor.decode(cbor.encode(found), tags=tags) == found
    mixed = cbor.decode(bytes.fromhex(f"83d81881{item}{item}c0{item}"), tags=None)
    assert mixed[0].value[0].encoded.hex() == mixed[1].encoded.hex() == mixed[2].value.encoded.hex() == item


def test_every_tag_where_all_are_taken() -> None:
    found = cbor.decode(bytes.fromhex("82d8206161c249010000000000000000"), tags=None)
    assert found == [cbor.Tag(32, "a"), cbor.Tag(2, b"\1" + bytes(8))]


def test_a_size_beyond_the_bound_is_refused_unread() -> None:
    assert cbor.decode(cbor.encode(bytes(100)), max_bytes=102) == bytes(100)
    with pytest.raises(MalformedInputError):
        cbor.decode(cbor.encode(bytes(101)), max_bytes=102)


def test_no_tag_is_interpreted() -> None:
    """Every tag, with a text, a number and an array within: refused, or left as it stands."""
    for inner in ("6131", "01", "8101"):
        for number in (*range(70_000 if inner == "6131" else 2_000), 2**32, 2**64 - 1):
            data = bytes.fromhex(f"db{number:016x}{inner}")
            with pytest.raises(MalformedInputError):
                cbor.decode(data)
            if number < 2_000:
                tag = cbor.decode(data, tags=frozenset({number}))
                assert isinstance(tag, cbor.Tag)
                assert tag.tag == number


def test_references_do_not_lead_in_circles() -> None:
    for data in ("d81c81d81d00", "d90100826161d81900"):
        with pytest.raises(MalformedInputError):
            cbor.decode(bytes.fromhex(data))


def test_embedded_cbor_keeps_its_bytes() -> None:
    unusual = bytes.fromhex("1817")  # 23, longer than it need be
    data = cbor.encode(cbor.embed(unusual))
    assert data.hex() == "d818421817"
    assert cbor.embedded(cbor.decode(data, tags=frozenset({24}))) == unusual
    for other in (b"\x17", cbor.Tag(24, "text"), cbor.Tag(25, b"")):
        with pytest.raises(MalformedInputError):
            cbor.embedded(other)


@given(st.binary(max_size=60))
def test_any_bytes_end_in_a_value_or_in_our_own_error(data: bytes) -> None:
    with contextlib.suppress(MalformedInputError):
        cbor.decode(data, tags=frozenset({0, 24, 1004}))


def test_what_is_no_cbor_is_not_written() -> None:
    with pytest.raises(MalformedInputError):
        cbor.encode(object())
