"""SD-JWT VC as issued, shown and verified, and whatever was done to it in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.did import did_jwk, did_key
from common.encoding import base64url, jcs
from common.errors import InvalidSignatureError, MalformedInputError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    ExpiredError,
    InvalidCredentialError,
    NotYetValidError,
)
from common.formats.sd_jwt import compact
from common.formats.sd_jwt.compact import SDJWT
from common.keys import PrivateKey, jwk, jws
from common.vcdm.credential import StatusReference
from tests.common.formats.fakes import StaticSources, method
from tests.common.formats.sd_jwt_vc_fixture import (
    BINDING,
    EDDSA,
    FARMER,
    FORMAT,
    ISSUER,
    REGISTRY,
    SOURCES,
    STATUS,
    issue,
    present,
    resigned,
    with_members,
)
from tests.common.raw_tokens import raw_token
from tests.conftest import NOW
from tests.tampering import flip


def test_issued_as_the_specification_says(ana: PrivateKey) -> None:
    token = compact.parse(issue(holder=ana))
    parsed = jws.parse(token.jwt)
    payload = parsed.claims()
    assert parsed.header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "did:web:registry.example#p256-1"}
    assert len(payload.pop("_sd")) == 4
    assert payload == {
        "iss": "did:web:registry.example",
        "vct": "https://registry.example/types/farmer",
        "iat": 1795219200,
        "nbf": 1795219200,
        "exp": 1826798400,
        "cnf": {"jwk": jwk.encode(ana.public_key)},
        "status": {"status_list": {"idx": 412, "uri": "https://registry.example/status/1"}},
        "district": "Pisac",
        "_sd_alg": "sha-256",
    }
    assert len(token.disclosures) == 4
    assert datetime.fromtimestamp(payload["iat"], UTC) == NOW.replace(hour=0)


@pytest.mark.parametrize("begins", [NOW - timedelta(days=400), NOW + timedelta(seconds=1)])
def test_a_beginning_on_another_day_is_kept(begins: datetime) -> None:
    token = compact.parse(issue(replace(FARMER, valid_from=begins), holder=None))
    assert jws.parse(token.jwt).claims()["nbf"] == int(begins.timestamp())


def test_verified_with_all_that_was_signed(ana: PrivateKey) -> None:
    verified = FORMAT.verify_credential(issue(holder=ana), sources=SOURCES, now=NOW)
    assert verified.claims == FARMER.claims
    assert verified.document["parcels"] == [{"crop": "maize"}, {"crop": "potato"}]
    assert "_sd" not in verified.document
    assert "_sd_alg" not in verified.document
    assert (verified.issuer, verified.key_id) == (REGISTRY, ISSUER.key_id)
    assert verified.types == ("https://registry.example/types/farmer",)
    assert verified.holder_key == ana.public_key
    assert verified.status == (STATUS,)
    assert verified.valid_until == FARMER.valid_until


def test_an_ed25519_issuer(ana: PrivateKey) -> None:
    secured = issue(holder=ana, signer=EDDSA)
    assert jws.parse(compact.parse(secured).jwt).header["alg"] == "EdDSA"
    assert FORMAT.verify_credential(secured, sources=SOURCES, now=NOW).key_id == EDDSA.key_id


def test_without_kid_the_issuers_only_key_is_found(ana: PrivateKey) -> None:
    known = StaticSources(issuers={REGISTRY: {None: method(ISSUER.key_id, ISSUER.public_key)}})
    token = compact.parse(issue(holder=ana))
    claims = jws.parse(token.jwt).claims()
    secured = SDJWT(jws.sign({"typ": "dc+sd-jwt"}, claims, signer=ISSUER), token.disclosures).serialize()
    assert FORMAT.verify_credential(secured, sources=known, now=NOW).issuer == REGISTRY


def test_without_anything_to_disclose_there_is_no_machinery() -> None:
    token = compact.parse(issue(replace(FARMER, disclosable=(), status=()), holder=None))
    assert token.disclosures == ()
    assert not {"_sd", "_sd_alg", "cnf", "status"} & set(jws.parse(token.jwt).claims())


def test_fractions_and_names_of_the_machinery_are_not_issued() -> None:
    claims: Any
    for claims in ({"area": 1.5}, {"iss": "x"}, {"_sd": []}, {"a": {"...": "x"}}, {"big": 2**53}, {"exp": 1}):
        with pytest.raises(MalformedInputError):
            issue(replace(FARMER, claims=claims, disclosable=()), holder=None)


def test_a_credential_is_not_issued_when_its_status_would_stand_nowhere() -> None:
    bitstring = StatusReference("BitstringStatusListEntry", "https://registry.example/3", 1, "revocation")
    with pytest.raises(MalformedInputError):
        issue(replace(FARMER, status=(bitstring,)), holder=None)


def test_shown_claims_and_no_others(ana: PrivateKey) -> None:
    shown = FORMAT.verify_presentation(
        present(issue(holder=ana), ana, ("parcels", 1)), binding=BINDING, sources=SOURCES, now=NOW
    )
    (credential,) = shown.credentials
    assert credential.claims == {"district": "Pisac", "parcels": [{"crop": "maize"}, {"crop": "potato"}]}
    assert shown.holder == jwk.thumbprint(ana.public_key)


def test_disclose_none_shows_all(ana: PrivateKey) -> None:
    presented = FORMAT.present(
        issue(holder=ana), disclose=None, binding=BINDING, signer=ana, sources=SOURCES, now=NOW
    )
    shown = FORMAT.verify_presentation(presented, binding=BINDING, sources=SOURCES, now=NOW)
    assert shown.credentials[0].claims == FARMER.claims


def test_transaction_data_come_back_when_signed(ana: PrivateKey) -> None:
    entry = base64url.encode(jcs.canonicalize({"type": "payment", "amount": "120.00"}))
    binding = Binding(BINDING.audience, BINDING.nonce, (entry,))
    presented = present(issue(holder=ana), ana, binding=binding)
    shown = FORMAT.verify_presentation(presented, binding=binding, sources=SOURCES, now=NOW)
    assert shown.transaction_data == (entry,)
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(presented, binding=BINDING, sources=SOURCES, now=NOW)


def test_nobody_shows_anothers_credential(ana: PrivateKey, mallory: PrivateKey) -> None:
    with pytest.raises(BindingMismatchError):
        present(issue(holder=ana), mallory)
    stolen = compact.parse(issue(holder=ana))
    own = compact.parse(present(issue(holder=mallory), mallory))
    forged = SDJWT(stolen.jwt, stolen.disclosures, own.key_binding).serialize()
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(forged, binding=BINDING, sources=SOURCES, now=NOW)


@pytest.mark.parametrize(
    "binding",
    [Binding("x509_san_dns:mallory.example", "nonce-1"), Binding("x509_san_dns:clinic.example", "nonce-2")],
)
def test_a_replay_elsewhere_or_later(ana: PrivateKey, binding: Binding) -> None:
    presented = present(issue(holder=ana), ana)
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(presented, binding=binding, sources=SOURCES, now=NOW)


def test_a_presentation_of_yesterday(ana: PrivateKey) -> None:
    presented = present(issue(holder=ana), ana)
    with pytest.raises(BindingMismatchError, match="another time"):
        FORMAT.verify_presentation(presented, binding=BINDING, sources=SOURCES, now=NOW + timedelta(days=1))


def test_key_binding_taken_away(ana: PrivateKey) -> None:
    naked = compact.parse(present(issue(holder=ana), ana)).without_key_binding()
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(naked, binding=BINDING, sources=SOURCES, now=NOW)


def test_a_bearer_credential_satisfies_no_presentation(ana: PrivateKey) -> None:
    bearer = issue(holder=None)
    assert FORMAT.verify_credential(bearer, sources=SOURCES, now=NOW).holder_key is None
    with pytest.raises(BindingMismatchError):
        present(bearer, ana)
    borrowed = compact.parse(present(issue(holder=ana), ana)).key_binding
    token = compact.parse(bearer)
    with pytest.raises(BindingMismatchError):
        FORMAT.verify_presentation(
            SDJWT(token.jwt, token.disclosures, borrowed).serialize(),
            binding=BINDING,
            sources=SOURCES,
            now=NOW,
        )


def test_a_presentation_is_not_taken_for_a_credential(ana: PrivateKey) -> None:
    with pytest.raises(InvalidCredentialError):
        FORMAT.verify_credential(present(issue(holder=ana), ana), sources=SOURCES, now=NOW)


def test_times() -> None:
    later = issue(replace(FARMER, valid_from=NOW + timedelta(days=1)), holder=None)
    with pytest.raises(NotYetValidError):
        FORMAT.verify_credential(later, sources=SOURCES, now=NOW)
    ends = FARMER.valid_until
    assert ends is not None
    FORMAT.verify_credential(issue(holder=None), sources=SOURCES, now=ends - timedelta(seconds=1))
    with pytest.raises(ExpiredError):
        FORMAT.verify_credential(issue(holder=None), sources=SOURCES, now=ends)


def test_a_forged_and_expired_credential_fails_for_its_signature() -> None:
    token = compact.parse(issue(holder=None))
    forged = SDJWT(flip(token.jwt), token.disclosures).serialize()
    with pytest.raises(InvalidSignatureError):
        FORMAT.verify_credential(forged, sources=SOURCES, now=NOW + timedelta(days=4000))


def test_further_types_of_the_issuer_are_told(ana: PrivateKey) -> None:
    secured = resigned(issue(holder=ana), with_members(aka_vcts=["urn:example:identity"]))
    verified = FORMAT.verify_credential(secured, sources=SOURCES, now=NOW)
    assert verified.types == ("https://registry.example/types/farmer", "urn:example:identity")


@pytest.mark.parametrize(
    "claims",
    [
        {"aka_vcts": None, "nbf": None, "sub": None},
        {"_sd": None, "_sd_alg": None},
        {"status": {"status_list": {"idx": 412.0, "uri": STATUS.uri}, "identifier_list": None}},
        {"cnf": None},
    ],
)
def test_nulls_and_whole_numbers_as_others_write_them(claims: dict[str, Any]) -> None:
    base = {"iss": REGISTRY, "vct": FARMER.vct, "iat": NOW.timestamp() - 0.5, "district": "Pisac"}
    header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": ISSUER.key_id, "x5c": None}
    found = FORMAT.verify_credential(raw_token(header, base | claims, ISSUER) + "~", sources=SOURCES, now=NOW)
    assert found.claims["district"] == "Pisac"
    assert found.status == ((STATUS,) if "status" in claims else ())


@pytest.mark.parametrize("kid", [did_key.encode, did_key.key_method, did_jwk.encode])
def test_a_holder_named_by_a_did_of_a_key(kid: Callable[[Any], str], ana: PrivateKey) -> None:
    def bind(payload: dict[str, Any]) -> None:
        payload["cnf"] = {"kid": kid(ana.public_key)}

    secured = resigned(issue(holder=ana), bind)
    shown = present(secured, ana, ("given_name",))
    found = FORMAT.verify_presentation(shown, binding=BINDING, sources=SOURCES, now=NOW)
    assert found.credentials[0].holder_key == ana.public_key


@pytest.mark.parametrize(
    "cnf",
    [{"kid": "did:web:ana.example#1"}, {"kid": "did:key:z"}, {"kid": 7}, {"kid": "ana"}, {"jkt": "x"}, []],
)
def test_a_holder_who_cannot_be_told(cnf: Any, ana: PrivateKey) -> None:
    secured = resigned(issue(holder=ana), lambda payload: payload.update(cnf=cnf))
    with pytest.raises(InvalidCredentialError):
        FORMAT.verify_credential(secured, sources=SOURCES, now=NOW)
