import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.encoding import base45
from common.errors import MalformedInputError


@pytest.mark.parametrize(  # RFC 9285 §4.3, §4.4
    ("data", "text"),
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
        (b"", ""),
    ],
)
def test_the_examples_of_the_rfc(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@given(st.binary(max_size=100))
def test_there_and_back(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "GGW", ":::", "::", "ab8", "BB8B", "BB\n"])
def test_what_is_no_base45_is_refused(text: str) -> None:
    with pytest.raises(MalformedInputError):
        base45.decode(text)
