"""Digests of related resources: each way of writing one, and each way of being wrong."""

import base64
import hashlib
from typing import Any

import pytest

from common.encoding import multibase
from common.errors import FetchError, SelloError
from common.vcdm.related_resources import Known, check_related_resources

URL = "https://registry.example/photo"
CONTENT = b"a photo"
SHA256, SHA384 = hashlib.sha256(CONTENT).digest(), hashlib.sha384(CONTENT).digest()
SRI256 = "sha256-" + base64.b64encode(SHA256).decode()
SRI384 = "sha384-" + base64.b64encode(SHA384).decode()


def check(*entries: dict[str, Any], known: dict[str, Known] | None = None) -> None:
    def fetch(url: str) -> bytes:
        if url != URL:
            raise FetchError("Nothing is there.")
        return CONTENT

    check_related_resources({"relatedResource": list(entries)}, fetch=fetch, known=known or {})


@pytest.mark.parametrize(
    "digest",
    [
        {"digestSRI": SRI256},
        {"digestSRI": SRI384},
        {"digestSRI": f"sha256-{'A' * 43}= {SRI384}"},  # the strongest counts (SRI §3.3.3)
        {"digestMultibase": multibase.encode_base64url(b"\x12\x20" + SHA256)},
        {"digestMultibase": multibase.encode(b"\x20\x30" + SHA384)},
        {"digestMultibase": multibase.encode_base64url(SHA256)},  # the bare digest
        {"digestSRI": SRI256, "digestMultibase": multibase.encode_base64url(SHA256)},
    ],
)
def test_digests_that_agree(digest: dict[str, Any]) -> None:
    check({"id": URL, **digest})


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        ({"digestSRI": "sha256-" + base64.b64encode(bytes(32)).decode()}, "CRYPTOGRAPHIC_SECURITY_ERROR"),
        ({"digestMultibase": multibase.encode_base64url(bytes(32))}, "CRYPTOGRAPHIC_SECURITY_ERROR"),
        ({"digestSRI": SRI256, "digestMultibase": "z" + "1" * 32}, "CRYPTOGRAPHIC_SECURITY_ERROR"),
        ({"digestSRI": f"{SRI256} sha384-{'A' * 64}"}, "CRYPTOGRAPHIC_SECURITY_ERROR"),
        ({"digestSRI": "md5-AAAA"}, "MALFORMED_VALUE_ERROR"),
        ({"digestSRI": "sha256-AAAA"}, "MALFORMED_VALUE_ERROR"),
        ({"digestSRI": "sha384-_rCVIV7f"}, "MALFORMED_VALUE_ERROR"),
        ({"digestSRI": 7}, "MALFORMED_VALUE_ERROR"),
        ({"digestMultibase": multibase.encode(bytes(31))}, "MALFORMED_VALUE_ERROR"),
        ({"digestSRI": []}, "MALFORMED_VALUE_ERROR"),
    ],
)  # fmt: skip
def test_digests_that_do_not(digest: dict[str, Any], code: str) -> None:
    with pytest.raises(SelloError) as caught:
        check({"id": URL, **digest})
    assert caught.value.code == code


def test_what_cannot_be_fetched_is_not_believed() -> None:
    with pytest.raises(FetchError):
        check({"id": URL + "2", "digestSRI": SRI256})


def test_a_known_resource_is_not_fetched() -> None:
    known = {URL + "2": Known.by(SRI256, SRI384)}
    check({"id": URL + "2", "digestSRI": SRI384}, known=known)
    with pytest.raises(SelloError):
        check({"id": URL + "2", "digestSRI": "sha256-" + "A" * 43 + "="}, known=known)


def test_too_many_are_refused() -> None:
    with pytest.raises(SelloError):
        check(*({"id": f"{URL}{number}", "digestSRI": SRI256} for number in range(11)))
