"""Access requests and grants: each check of an assertion by itself, on each of the three grounds."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from common import did
from common.did import VerificationMethod, did_key
from common.did.document import Fetched
from common.formats.base import Sources
from common.keys import PrivateKey, jwk, jws
from common.registries.record_access.grant import (
    AccessError,
    AccessGrant,
    AccessRequest,
    Evidence,
    InvalidAssertionError,
    RecordedConsent,
    Subject,
    create_access_request,
    create_grant,
    parse_grant,
    verify_access_request,
)
from tests.conftest import NOW
from wallet.models import GivenConsent

AUTHORITY = "https://ministry.example/issuers/social-registry"
CLINIC = PrivateKey("P-256", bytes(31) + b"\x0c")
CLINIC_DID = did_key.encode(CLINIC.public_key)
EVIDENCE = Evidence("dc+sd-jwt", "eyJ~~", "nonce", f"decentralized_identifier:{CLINIC_DID}", ("dGQ",))


def no_fetch(url: str, **_: object) -> Fetched:
    raise AssertionError(url)  # a did:key is its own document


class Keys:
    """`Sources` of DIDs that hold their own key."""

    def method(self, did_url: str, *, purpose: str) -> VerificationMethod:
        return did.verification_method(
            did_url, purpose=purpose, resolve=lambda name: did.resolve(name, fetch=no_fetch)
        )


def clinic(signer: PrivateKey = CLINIC) -> PrivateKey:
    return signer.named(did_key.key_method(signer.public_key))


def request(**overrides: Any) -> str:
    arguments = {
        "client_id": CLINIC_DID, "audience": AUTHORITY, "purpose": "treatment", "ground": EVIDENCE,
        "token_key": CLINIC.public_key, "jti": "1", "signer": clinic(), "now": NOW,
    }  # fmt: skip
    return create_access_request(**{**arguments, **overrides})


def verify(assertion: str, now: datetime = NOW) -> AccessRequest:
    return verify_access_request(assertion, audience=AUTHORITY, sources=cast(Sources, Keys()), now=now)


def resigned(
    token: str, signer: PrivateKey = CLINIC, header: dict[str, Any] | None = None, **claims: Any
) -> str:
    """The same token with other claims (None: without), signed again."""
    parsed = jws.parse(token)
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    kept = {name: value for name, value in parsed.header.items() if name != "alg"}
    changed = {name: value for name, value in {**kept, **(header or {})}.items() if value is not None}
    return jws.sign(changed, body, signer=signer)


def test_an_access_request() -> None:
    found = verify(request())
    assert (found.client_id, found.purpose, found.jti) == (CLINIC_DID, "treatment", "1")
    assert (found.ground, found.attributes) == (EVIDENCE, ())
    assert found.thumbprint == jwk.thumbprint(CLINIC.public_key)
    assert "eyJ~~" not in repr(found)


@pytest.mark.parametrize("ground", [EVIDENCE, RecordedConsent("c-1"), Subject("4017")])
def test_three_grounds(ground: Evidence | GivenConsent | Subject) -> None:
    found = verify(request(ground=ground, attributes=["programme", "status"]))
    assert (found.ground, found.attributes) == (ground, ("programme", "status"))
    assert "4017" not in repr(found)


@pytest.mark.parametrize(
    "claims",
    [
        {"consent_id": "c-1"},
        {"subject": "4017"},
        {"vp_token": None, "consent_id": "c-1", "subject": "4017"},
        {"vp_token": None, "consent_id": ""},
        {"vp_token": None, "consent_id": ["c-1"]},
        {"vp_token": None, "subject": "x" * 201},
        {"vp_token": None, "subject": {"national_id": "4017"}},
        {"attributes": "programme"},
        {"attributes": ["programme", "programme"]},
        {"attributes": [["programme"]]},
        {"attributes": [""]},
        {"attributes": [f"a{number}" for number in range(51)]},
        {"jti": "j" * 201},
        {"aud": "https://ministry.example/issuers/other"},
        {"aud": [AUTHORITY]},
        {"sub": "did:key:another"},
        {"iss": "did:key:another"},
        {"iat": None},
        {"iat": int((NOW + timedelta(minutes=2)).timestamp())},
        {"exp": None},
        {"exp": int(NOW.timestamp())},
        {"exp": int((NOW + timedelta(hours=1)).timestamp())},
        {"jti": None},
        {"jti": ""},
        {"purpose": None},
        {"cnf": None},
        {"cnf": {}},
        {"vp_token": None},
        {"vp_token": {"format": "dc+sd-jwt", "presentation": "", "nonce": "n", "audience": "a"}},
        {"vp_token": {"format": "dc+sd-jwt", "presentation": "p", "audience": "a"}},
        {"vp_token": {"format": "dc+sd-jwt", "presentation": "p", "nonce": "n"}},
        {
            "vp_token": {
                "format": "x",
                "presentation": "p",
                "nonce": "n",
                "audience": "a",
                "transaction_data": "t",
            }
        },
    ],
)
def test_requests_that_do_not_hold(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidAssertionError):
        verify(resigned(request(), **claims))


def test_a_request_has_its_time() -> None:
    with pytest.raises(InvalidAssertionError):
        verify(request(), now=NOW + timedelta(minutes=3))
    with pytest.raises(InvalidAssertionError):
        verify(request(), now=NOW - timedelta(minutes=3))


def test_a_request_by_somebody_else(mallory: PrivateKey) -> None:
    with pytest.raises(InvalidAssertionError):  # Mallory's key under the clinic's name
        verify(request(signer=clinic(mallory)))
    with pytest.raises(InvalidAssertionError):  # the clinic's kid over Mallory's signature
        verify(resigned(request(), mallory))
    with pytest.raises(InvalidAssertionError):
        verify(resigned(request(), header={"typ": "JWT"}))
    with pytest.raises(InvalidAssertionError):
        verify(resigned(request(), header={"kid": None}))
    with pytest.raises(InvalidAssertionError):
        verify("nothing")


def test_a_grant_goes_and_comes() -> None:
    for grant in (
        AccessGrant("token", 300, ("programme", "status")),
        AccessGrant("token", 300, ("programme",), "c-1", "2026-12-21T12:00:00Z"),
    ):
        assert parse_grant(create_grant(grant)) == grant
        assert "'token'" not in repr(grant)


@pytest.mark.parametrize(
    "source",
    [
        {},
        {**create_grant(AccessGrant("t", 1)), "token_type": "Bearer"},
        {**create_grant(AccessGrant("t", 1)), "attributes": "a"},
        {**create_grant(AccessGrant("t", 1)), "consent_id": 7},
    ],
)
def test_grants_refused(source: dict[str, Any]) -> None:
    with pytest.raises(AccessError):
        parse_grant(source)
