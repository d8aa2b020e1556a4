"""RFC 9901 §4.2, with the examples that its text gives."""

import pytest

from common.encoding import base64url
from common.errors import MalformedInputError, UnknownPartError
from common.formats.sd_jwt import disclosure

FAMILY_NAME = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
COMPACT = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd"
FRANCE = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0"


def test_digest_of_the_text() -> None:
    assert disclosure.digest(FAMILY_NAME) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert disclosure.digest(FRANCE) == "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"


def test_create_gives_the_form_without_white_space() -> None:
    made = disclosure.create("Möbius", name="family_name", salt="_26bc4LT-ac6q2KI6cBW5es")
    assert made.encoded == COMPACT


@pytest.mark.parametrize("encoded", [FAMILY_NAME, COMPACT])
def test_parse_reads_every_form_of_the_same_claim(encoded: str) -> None:
    assert disclosure.parse(encoded) == disclosure.Disclosure(encoded, "family_name", "Möbius")


def test_parse_reads_an_array_element() -> None:
    assert disclosure.parse(FRANCE) == disclosure.Disclosure(FRANCE, None, "FR")


@pytest.mark.parametrize(
    "content",
    [
        b'["salt"]',
        b'["salt", "name", 1, 2]',
        b'[1, "name", "value"]',
        b'["salt", 1, "value"]',
        b'["salt", "_sd", []]',
        b'["salt", "...", "value"]',
        b'["salt", "_sd_alg", "sha-256"]',
        b'{"salt": "name"}',
        b'"text"',
        b"no JSON",
        b'["salt", "name", {"a": 1, "a": 2}]',
        b'["salt", "name", 9007199254740993]',
    ],
)
def test_parse_refuses(content: bytes) -> None:
    with pytest.raises(MalformedInputError):
        disclosure.parse(base64url.encode(content))


def test_parse_refuses_padding() -> None:
    with pytest.raises(MalformedInputError):
        disclosure.parse(FRANCE + "=")


def test_unknown_hash_names_the_known() -> None:
    with pytest.raises(UnknownPartError, match="sha-256, sha-384, sha-512"):
        disclosure.digest("text", algorithm="md5")
