"""base58btc against draft-msporny-base58-03 §5, and against what is not base58btc."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.encoding import base58
from common.errors import MalformedInputError

VECTORS = [
    (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
    (b"The quick brown fox jumps over the lazy dog.",
     "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"),
    (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    (b"", ""),
    (b"\0", "1"),
    (b"\0\0\0", "111"),
    (b"\x39", "z"),
    (b"\x3a", "21"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "text"), VECTORS)
def test_published_vectors(data: bytes, text: str) -> None:
    assert base58.encode(data) == text
    assert base58.decode(text) == data


@given(st.binary(max_size=130))
def test_there_and_back(data: bytes) -> None:
    assert base58.decode(base58.encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", " ", "2NEp o", "2NEp\n", "+", "é", "１"])
def test_other_alphabets_are_refused(text: str) -> None:
    with pytest.raises(MalformedInputError, match="not base58btc"):
        base58.decode(text)


def test_a_swollen_text_is_refused_before_it_costs_time() -> None:
    with pytest.raises(MalformedInputError, match="too long"):
        base58.decode("z" * 4097)
