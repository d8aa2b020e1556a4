"""Keys, contexts and lists through the door, kept for a while, and never somebody else's."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from common import purse
from common.adapters.documents.sources import CachedLists, SiteSources, check_credential_status, sources
from common.adapters.limits import cache_backends
from common.adapters.network import http
from common.errors import FetchError, SelloError
from common.formats.base import VerifiedCredential
from common.keys import PrivateKey, jwk
from common.keys.certificate import create_revocation_list
from common.purse import Purse
from common.rdf.contexts import CREDENTIALS_V2
from common.status import token
from common.status.bits import pack
from common.trust import TrustList, TrustListEntry, UnknownIssuerError
from common.vcdm.credential import StatusReference
from tests.common.formats.mdoc.mdoc_fixture import ISSUER as TRANSIT
from tests.common.formats.mdoc.mdoc_fixture import LEAF, ROOT, ROOT_KEY
from tests.common.trust.test_issuer_keys import ANCHOR, NAMED, URL, x5c
from tests.conftest import NOW

FARMERS = "did:web:gov.example:issuers:farmers"
KEY = PrivateKey("P-256", bytes(31) + b"\x01", f"{FARMERS}#p")
CONTEXT = "https://gov.example/issuers/farmers/types/farmer"
LIST = "https://gov.example/issuers/farmers/status/1"


class Internet:
    """Pages by address, and a record of what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.pages: dict[str, str | bytes] = {
            "https://gov.example/issuers/farmers/did.json": json.dumps(
                {
                    "id": FARMERS,
                    "verificationMethod": [
                        {
                            "id": "#p",
                            "type": "JsonWebKey",
                            "controller": FARMERS,
                            "publicKeyJwk": jwk.encode(KEY.public_key),
                        }
                    ],
                    "assertionMethod": ["#p"],
                }
            ),
            CONTEXT: '{"@context": {"crop": "https://gov.example/crop"}}',
            LIST: token.create(
                uri=LIST, statuses=pack({7: 1}, length=131_072, bits=2, order="least"), signer=KEY,
                now=NOW, expires=NOW + timedelta(days=1), ttl=60,
            ),
        }  # fmt: skip

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> http.HttpReply:
        self.asked.append(url)
        if url not in self.pages:
            raise FetchError("This host does not answer.")
        page = self.pages[url]
        body = page if isinstance(page, bytes) else page.encode()
        return http.HttpReply(200, body, {"content-type": "application/json"})


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    internet = Internet()
    monkeypatch.setattr(http, "transport", internet)
    return internet


def test_a_did_is_fetched_once_in_a_while(internet: Internet) -> None:
    for _ in range(3):
        found = SiteSources().issuer_key(FARMERS, {"alg": "ES256", "kid": KEY.key_id})
        assert found.public_key == KEY.public_key
        assert SiteSources().method(KEY.key_id, purpose="assertionMethod") == found
    assert internet.asked == ["https://gov.example/issuers/farmers/did.json"]


def test_a_key_is_for_what_its_document_says(internet: Internet) -> None:
    with pytest.raises(SelloError):
        SiteSources().method(KEY.key_id, purpose="authentication")


def test_metadata_are_fetched_once_in_a_while(internet: Internet) -> None:
    url = "https://gov.example/.well-known/jwt-vc-issuer/issuers/farmers"
    issuer = "https://gov.example/issuers/farmers"
    keys = {"keys": [{**jwk.encode(KEY.public_key), "kid": "1"}]}
    internet.pages[url] = json.dumps({"issuer": issuer, "jwks": keys})
    for _ in range(2):
        assert SiteSources().issuer_key(issuer, {"alg": "ES256", "kid": "1"}).controller == issuer
    assert internet.asked == [url]


def test_a_shipped_context_needs_no_network() -> None:
    assert "@context" in SiteSources().context(CREDENTIALS_V2, issuer="did:web:mallory.example")


def test_an_issuers_own_context_is_fetched_once_in_a_while(internet: Internet) -> None:
    for _ in range(2):
        assert SiteSources().context(CONTEXT, issuer=FARMERS)["@context"]["crop"]
    assert internet.asked == [CONTEXT]


@pytest.mark.parametrize(
    ("url", "issuer"),
    [
        (CONTEXT, "did:web:gov.example:issuers:civil"),
        (CONTEXT, "did:web:gov.example:issuers:farm"),
        (CONTEXT, "did:key:z6Mk"),
        (CONTEXT, "https://gov.example/issuers/farmers"),
        ("https://mallory.example/issuers/farmers/types/farmer", FARMERS),
        ("https://gov.example:444/issuers/farmers/types/farmer", FARMERS),
        ("https://gov.example/issuers/farmers/../civil/types/birth", FARMERS),
        ("https://gov.example/issuers/farmers/%2e%2e/civil/types/birth", FARMERS),
        ("https://gov.example/issuers/farmers/types/farmer?x=1", FARMERS),
        ("https://user@gov.example/issuers/farmers/types/farmer", FARMERS),
        ("file:///issuers/farmers/types/farmer", FARMERS),
        ("https://www.w3.org/2018/credentials/v9", FARMERS),
    ],
)
def test_nobody_lends_another_meaning(url: str, issuer: str, internet: Internet) -> None:
    with pytest.raises(SelloError):
        SiteSources().context(url, issuer=issuer)
    assert internet.asked == []


def test_a_context_of_a_whole_host(internet: Internet) -> None:
    internet.pages["https://gov.example/context"] = '{"@context": {}}'
    assert SiteSources().context("https://gov.example/context", issuer="did:web:gov.example")


CREDENTIAL = VerifiedCredential(
    format="dc+sd-jwt", id=None, issuer=FARMERS, key_id=KEY.key_id, types=("X",), document={}, claims={},
    subject=None, holder_key=None, valid_from=NOW, valid_until=None,
    status=(StatusReference("TokenStatusList", LIST, 7),),
)  # fmt: skip


def test_status_through_the_door(internet: Internet) -> None:
    for _ in range(2):
        assert check_credential_status(CREDENTIAL, now=NOW).status == "revoked"
    assert internet.asked.count(LIST) == 1


def test_a_silent_server_is_no_answer(internet: Internet) -> None:
    del internet.pages[LIST]
    assert check_credential_status(CREDENTIAL, now=NOW).status == "undetermined"


def test_a_list_that_may_not_be_kept_is_not(internet: Internet) -> None:
    check_credential_status(CREDENTIAL, now=NOW)
    key = f"TokenStatusList {FARMERS} {LIST}"
    found = CachedLists().get(key)
    assert found is not None
    CachedLists().put("other", found, seconds=0)
    assert CachedLists().get("other") is None


def test_who_vouches_for_issuers_stands_in_a_file(settings: Any, tmp_path: Path) -> None:
    header = x5c(NAMED)
    with pytest.raises(FetchError):  # its metadata are asked for
        sources().issuer_key(URL, header)
    settings.ISSUER_CA_FILE = str(tmp_path / "issuers.pem")
    with pytest.raises(FetchError):
        sources().issuer_key(URL, header)
    Path(settings.ISSUER_CA_FILE).write_bytes(ANCHOR.public_bytes(Encoding.PEM))
    with patch.object(timezone, "now", return_value=NOW):
        assert sources().issuer_key(URL, header).controller == URL
    Path(settings.ISSUER_CA_FILE).write_text("nothing")
    os.utime(settings.ISSUER_CA_FILE, (1, 1))
    with pytest.raises(SelloError, match="holds no PEM"):
        sources()


def test_a_list_of_certificates_taken_back_is_kept_for_a_while(internet: Internet) -> None:
    """Of others; the site's own is read anew each time (tests/issuer/authorities/test_certificates.py)."""
    crl = create_revocation_list(
        {2: NOW}, signer=ROOT_KEY, root=ROOT, number=1, now=NOW, until=NOW + timedelta(days=1)
    )
    place = f"{TRANSIT}/iaca.crl"
    found = replace(CREDENTIAL, status=(), certificates=(LEAF, ROOT.public_bytes(Encoding.DER)))
    assert check_credential_status(found, now=NOW).status == "undetermined"
    internet.pages[place] = crl
    for _ in range(2):
        assert check_credential_status(found, now=NOW).status == "revoked"
    assert internet.asked.count(place) == 2
    cache_backends.forget_cached()
    del internet.pages[place]
    assert check_credential_status(found, now=NOW).status == "undetermined"


@pytest.mark.parametrize(
    "ask",
    [
        lambda source: source.method(KEY.key_id, purpose="assertionMethod"),
        lambda source: source.issuer_key(FARMERS, {"alg": "ES256", "kid": KEY.key_id}),
        lambda source: source.issuer_key("https://gov.example/issuers/farmers", {"alg": "ES256"}),
        lambda source: source.context(CONTEXT, issuer=FARMERS),
        lambda source: source.document_signer([LEAF]),
    ],
)
def test_nobody_is_asked_for_the_keys_of_an_issuer_that_is_on_no_list(internet: Internet, ask: Any) -> None:
    elsewhere = TrustList(issuers=(TrustListEntry("did:web:other.example", frozenset({"*"})),))
    with pytest.raises(UnknownIssuerError):
        ask(SiteSources(trust=elsewhere))
    assert internet.asked == []


def test_issuers_on_the_list_and_holders_are_asked_as_ever(internet: Internet) -> None:
    known = SiteSources(trust=TrustList(issuers=(TrustListEntry(FARMERS, frozenset({"*"})),)))
    assert known.issuer_key(FARMERS, {"alg": "ES256", "kid": KEY.key_id}).controller == FARMERS
    assert known.context(CONTEXT, issuer=FARMERS)["@context"]["crop"]
    internet.asked.clear()
    cache_backends.forget_cached()
    elsewhere = TrustList(issuers=(TrustListEntry("did:web:other.example", frozenset({"*"})),))
    with pytest.raises(SelloError, match="not meant for authentication"):  # a holder's DID is anybody's
        SiteSources(trust=elsewhere).method(KEY.key_id, purpose="authentication")
    assert len(internet.asked) == 1


def test_a_context_is_read_once_a_request_whatever_is_cached(internet: Internet, settings: Any) -> None:
    with patch.dict(internet.pages, {CONTEXT: json.dumps({"@context": {"a": "b" * 900_000}})}):
        settings.CACHES["contexts"]["OPTIONS"]["MAX_BYTES"] = 1_000
        with purse.open_purse(Purse()):
            first, again = (SiteSources().context(CONTEXT, issuer=FARMERS) for _ in range(2))
    assert first is again
    assert internet.asked == [CONTEXT]
