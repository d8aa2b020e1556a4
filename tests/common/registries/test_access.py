"""Messages of attribute access: each check of assertion, DPoP proof and log request by itself."""

from datetime import timedelta

import pytest

from common import did
from common.did import did_key
from common.encoding import base64url, jcs
from common.keys import PrivateKey, jwk, jws
from common.keys.dpop import TYPE as DPOP_TYPE
from common.registries.access import (
    LOG_TYPE,
    REQUEST_TYPE,
    AccessError,
    AccessGrant,
    Evidence,
    InvalidAssertion,
    LogEntry,
    create_access_request,
    create_grant,
    create_log,
    create_log_request,
    create_record,
    parse_grant,
    parse_log,
    parse_record,
    verify_access_request,
    verify_log_request,
)
from tests.conftest import NOW

AUTHORITY = "https://ministry.example/issuers/social-registry"
URL = f"{AUTHORITY}/access/record"
CLINIC = PrivateKey("P-256", bytes(31) + b"\x0c")
CLINIC_DID = did_key.encode(CLINIC.public_key)
EVIDENCE = Evidence("dc+sd-jwt", "eyJ~~", "nonce", f"decentralized_identifier:{CLINIC_DID}", ("dGQ",))


class Keys:
    """`Sources` of DIDs that hold their own key."""

    def method(self, did_url: str, *, purpose: str):
        return did.verification_method(
            did_url, purpose=purpose, resolve=lambda name: did.resolve(name, fetch=None)
        )


def clinic(signer: PrivateKey = CLINIC) -> PrivateKey:
    return signer.named(did_key.verification_method(signer.public_key))


def request(**overrides) -> str:
    arguments = {
        "client_id": CLINIC_DID, "audience": AUTHORITY, "purpose": "treatment", "evidence": EVIDENCE,
        "token_key": CLINIC.public_key, "jti": "1", "signer": clinic(), "now": NOW,
    }  # fmt: skip
    return create_access_request(**{**arguments, **overrides})


def verify(assertion: str, now=NOW):
    return verify_access_request(assertion, audience=AUTHORITY, sources=Keys(), now=now)


def resigned(token: str, signer: PrivateKey = CLINIC, header: dict | None = None, **claims) -> str:
    """The same token with other claims (None: without), signed again."""
    parsed = jws.parse(token)
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    kept = {name: value for name, value in parsed.header.items() if name != "alg"}
    changed = {name: value for name, value in {**kept, **(header or {})}.items() if value is not None}
    return jws.sign(changed, body, signer=signer)


def test_an_access_request():
    found = verify(request())
    assert (found.client_id, found.purpose, found.jti) == (CLINIC_DID, "treatment", "1")
    assert found.evidence == EVIDENCE
    assert found.thumbprint == jwk.thumbprint(CLINIC.public_key)
    assert "eyJ~~" not in repr(found)


@pytest.mark.parametrize(
    "claims",
    [
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
def test_requests_that_do_not_hold(claims):
    with pytest.raises(InvalidAssertion):
        verify(resigned(request(), **claims))


def test_a_request_has_its_time():
    with pytest.raises(InvalidAssertion):
        verify(request(), now=NOW + timedelta(minutes=3))
    with pytest.raises(InvalidAssertion):
        verify(request(), now=NOW - timedelta(minutes=3))


def test_a_request_by_somebody_else(mallory):
    with pytest.raises(InvalidAssertion):  # Mallory's key under the clinic's name
        verify(request(signer=clinic(mallory)))
    with pytest.raises(InvalidAssertion):  # the clinic's kid over Mallory's signature
        verify(resigned(request(), mallory))
    with pytest.raises(InvalidAssertion):
        verify(resigned(request(), header={"typ": "JWT"}))
    with pytest.raises(InvalidAssertion):
        verify(resigned(request(), header={"kid": None}))
    with pytest.raises(InvalidAssertion):
        verify("nothing")


def test_a_log_request(ana, mallory):
    token = create_log_request(audience=AUTHORITY, jti="1", signer=ana, now=NOW)
    found = verify_log_request(token, audience=AUTHORITY, now=NOW)
    assert (found.thumbprint, found.jti) == (jwk.thumbprint(ana.public_key), "1")
    for wrong in (
        resigned(token, ana, aud="https://other.example"),
        resigned(token, ana, jti=None),
        resigned(token, ana, iat=None),
        resigned(token, mallory),
        resigned(token, ana, header={"typ": DPOP_TYPE}),
        token[:-2],
    ):
        with pytest.raises(InvalidAssertion):
            verify_log_request(wrong, audience=AUTHORITY, now=NOW)
    with pytest.raises(InvalidAssertion):
        verify_log_request(token, audience=AUTHORITY, now=NOW + timedelta(minutes=3))


def test_one_token_is_not_taken_for_another(ana):
    assert len({REQUEST_TYPE, LOG_TYPE, DPOP_TYPE, "openid4vci-proof+jwt"}) == 4
    header, payload, signature = create_log_request(audience=AUTHORITY, jti="1", signer=ana, now=NOW).split(
        "."
    )
    unsigned = base64url.encode(
        jcs.canonicalize({"alg": "none", "typ": LOG_TYPE, "jwk": jwk.encode(ana.public_key)})
    )
    for token in (f"{unsigned}.{payload}.", f"{header}.{payload}.{signature[:-4]}AAAA"):
        with pytest.raises(InvalidAssertion):
            verify_log_request(token, audience=AUTHORITY, now=NOW)


def test_answers_round_trip():
    grant = AccessGrant("token", 300, ("programme", "status"))
    assert parse_grant(create_grant(grant)) == grant
    assert "'token'" not in repr(grant)
    assert parse_record(create_record({"programme": "A", "status": None})) == {
        "programme": "A",
        "status": None,
    }
    entry = LogEntry(
        "2026-11-21T12:00:00Z", CLINIC_DID, "Clinic", "treatment", "Social registry", ("programme",)
    )
    assert parse_log(create_log([entry])) == (entry,)


@pytest.mark.parametrize(
    "source",
    [
        {},
        {**create_grant(AccessGrant("t", 1)), "token_type": "Bearer"},
        {**create_grant(AccessGrant("t", 1)), "attributes": "a"},
    ],
)
def test_answers_refused(source):
    for parse in (parse_grant, parse_record, parse_log):
        with pytest.raises(AccessError):
            parse(source)
