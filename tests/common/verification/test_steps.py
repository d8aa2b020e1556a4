"""Each step of the procedure by itself, at its boundaries, and what of a run is told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from common.did import Fetched, VerificationMethod, did_key
from common.encoding import base64url, jcs
from common.errors import UnknownPartError
from common.formats.base import Binding, ExpiredError, Holder, NotYetValidError, VerifiedCredential
from common.formats.data_integrity import pipeline
from common.formats.data_integrity.ldp_vc import LdpVc
from common.keys import PrivateKey, certificate
from common.status import token
from common.status.bits import pack
from common.status.check import StatusOutcome
from common.trust import UnknownIssuerError
from common.trust.purposes import STATUS_SIGNER
from common.vcdm.credential import StatusReference
from common.verification.credential_status import credential_status
from common.verification.procedure import Submission, check_format, check_validity
from tests.common.formats.fakes import StaticSources, method
from tests.common.formats.mdoc import mdoc_fixture
from tests.common.formats.sd_jwt.salts import salts
from tests.common.trust.test_revocations import PLACE, made
from tests.common.verification.farmers_fixture import (
    BINDING,
    ED25519,
    FARMER,
    FORMAT_NAMES,
    P256,
    SOURCES,
    issue,
    one,
    respond,
    results,
    show,
)
from tests.common.verification.test_credential_status import CREDENTIAL, NoCache
from tests.common.verification.test_list_signers import OTHER_ROOT_KEY, leaf
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


def test_a_credential_holds_on_both_ends_of_its_validity() -> None:
    held = replace(CREDENTIAL, valid_from=NOW, valid_until=NOW + SECOND)
    for now in (NOW, NOW + SECOND):
        check_validity([held], now=now)
    with pytest.raises(NotYetValidError):
        check_validity([held], now=NOW - SECOND)
    with pytest.raises(ExpiredError):
        check_validity([held], now=NOW + 2 * SECOND)
    endless = replace(CREDENTIAL, valid_from=None, valid_until=None)
    check_validity([endless], now=NOW)
    for bad in (replace(endless, valid_from=NOW + SECOND), replace(endless, valid_until=NOW - SECOND)):
        with pytest.raises((NotYetValidError, ExpiredError)):
            check_validity([endless, bad], now=NOW)


def test_an_unknown_format_is_named_beside_those_that_are_known() -> None:
    with pytest.raises(UnknownPartError) as refused:
        check_format([Submission("farmer", "cbor-ld", "x", BINDING)])
    assert all(word in str(refused.value) for word in ("format", "cbor-ld", "dc+sd-jwt", "mso_mdoc"))


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_everybody_is_asked_as_of_now(name: str, ana: PrivateKey) -> None:
    asked: list[datetime] = []

    def status(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
        asked.append(now)
        return StatusOutcome("valid", "x")

    shown = show(name, issue(name, ana), ana)
    assert respond(Submission("farmer", name, shown, BINDING), status=status).verified
    assert one(issue(name, ana), status=status).verified
    assert asked == [NOW, NOW]


def referring(ana: PrivateKey) -> dict[str, Any]:
    secured = issue("ldp_vc", ana)
    assert isinstance(secured, Mapping)
    document = {name: part for name, part in secured.items() if name != "proof"}
    document["relatedResource"] = {"id": "https://registry.example/leaflet", "digestSRI": "sha256-x"}
    options = pipeline.proof_options(signer=ED25519, purpose="assertionMethod", created=NOW)
    return pipeline.add_proof(
        document, options, signer=ED25519, contexts=lambda url: SOURCES.context(url, issuer=FARMER.issuer)
    )


def test_what_an_answer_refers_to_is_looked_at_too(ana: PrivateKey) -> None:
    """Step 5 is a response's as much as a file's."""
    shown = show("ldp_vc", referring(ana), ana)
    looked_at: list[str] = []
    answer = Submission("farmer", "ldp_vc", shown, BINDING)
    verification = respond(answer, references=lambda credential: looked_at.append(credential.issuer))
    assert verification.verified
    assert results(verification)["references"] == "passed"
    assert looked_at == [FARMER.issuer]

    def otherwise(credential: VerifiedCredential) -> None:
        raise UnknownPartError("resource", "x", {})

    assert results(respond(answer, references=otherwise))["references"] == "failed"


def test_an_issuer_that_nobody_knows_fails_for_trust_wherever_it_shows(ana: PrivateKey) -> None:
    """Sources that know the trust list refuse a key before it is fetched; that is step 4's word."""

    class Guarded(StaticSources):
        def issuer_key(self, issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
            raise UnknownIssuerError("Nobody here knows this issuer.")

        def method(self, did_url: str, *, purpose: str) -> VerificationMethod:
            raise UnknownIssuerError("Nobody here knows this issuer.")

    guarded = Guarded(SOURCES.methods, contexts=SOURCES.contexts)
    for name in FORMAT_NAMES:
        [*_, last] = one(issue(name, ana), sources=guarded).checks
        assert (last.check, last.result, last.detail) == ("trust", "failed", "Nobody here knows this issuer.")


def test_a_base_proof_within_a_found_presentation_whose_signature_cannot_be_checked(ana: PrivateKey) -> None:
    """Where transaction data are hashed the holder's signature is left open, and what is within is not."""
    suite = LdpVc("ecdsa-sd-2023")
    bound = Holder(ana.public_key, did_key.encode(ana.public_key))
    base = suite.issue(FARMER, signer=P256, holder=bound, sources=SOURCES, now=NOW, salt=salts())
    entry = base64url.encode(jcs.canonicalize({"type": "payment"}))
    shown = show("ldp_vc", issue("ldp_vc", ana), ana, binding=Binding("a", "b", (entry,)))
    assert isinstance(shown, Mapping)
    assert one(shown).exit_code == 3
    verification = one({**shown, "verifiableCredential": [base]})
    assert (verification.exit_code, results(verification)["signature"]) == (1, "failed")
    assert "its holder keeps" in verification.checks[-1].detail


def test_every_check_says_why(ana: PrivateKey) -> None:
    found = one(show("dc+sd-jwt", issue("dc+sd-jwt", ana), ana))
    bare = respond(Submission("farmer", "ldp_vc", issue("ldp_vc", ana), BINDING, holder_bound=False))
    entry = base64url.encode(jcs.canonicalize({"type": "payment"}))
    signed = show("dc+sd-jwt", issue("dc+sd-jwt", ana), ana, binding=Binding("a", "b", (entry,)))
    for verification, words in ((found, "for whom"), (bare, "anybody"), (one(signed), "its holder signed")):
        [binding] = [check for check in verification.checks if check.check == "binding"]
        assert words in binding.detail
    assert bare.presentations["farmer"][0].transaction_data == ()


# --- the status of a credential whose issuer's key was found by certificates ---

URL, LIST = "https://registry.example", "https://registry.example/status/1"
OTHER = PrivateKey("P-256", bytes(31) + b"\x2f", "own-key")
CHAIN = (mdoc_fixture.LEAF, mdoc_fixture.ROOT.public_bytes(Encoding.DER))


ELSEWHERE = leaf(OTHER, STATUS_SIGNER, by=OTHER_ROOT_KEY)


def chained(issuer: str, *, by: PrivateKey = OTHER, published: bool = True, revoked: bool = False) -> str:
    """The standing of a credential with a chain, whose list somebody signed who is none of that chain's."""
    credential = replace(
        CREDENTIAL, issuer=issuer, certificates=CHAIN, status=(StatusReference("TokenStatusList", LIST, 7),)
    )
    key = method(f"{issuer}#own-key", OTHER.public_key)
    sources = StaticSources(issuers={issuer: {"own-key": key}} if published else {})
    text = token.create(
        uri=LIST, statuses=pack({}, length=131_072, bits=2, order="least"), signer=by, now=NOW,
        expires=NOW + timedelta(days=1), ttl=60, chain=[ELSEWHERE],
    )  # fmt: skip
    taken_back = {certificate.load(mdoc_fixture.LEAF).serial_number: NOW} if revoked else {}

    def fetch(url: str, *, accept: str = "") -> Fetched:
        assert url == LIST
        return Fetched(text.encode(), token.MEDIA_TYPE)

    def fetch_revocations(url: str, *, accept: str = "") -> Fetched:
        assert url == PLACE
        return Fetched(made(taken_back))

    return credential_status(
        credential,
        sources=sources,
        fetch=fetch,
        fetch_revocations=fetch_revocations,
        lists=NoCache(),
        now=NOW,
    ).status


@pytest.mark.parametrize("issuer", [URL, "did:web:registry.example"])
def test_an_issuer_with_an_address_may_sign_its_list_by_the_keys_it_publishes(issuer: str) -> None:
    assert chained(issuer) == "valid"
    assert chained(issuer, published=False) == "undetermined"
    assert chained(issuer, by=PrivateKey("P-256", bytes(31) + b"\x66", "own-key")) == "undetermined"


def test_a_root_that_was_entered_by_hand_publishes_no_keys() -> None:
    assert chained("Ministry of Transport") == "undetermined"


def test_a_credential_stands_no_longer_than_its_certificates() -> None:
    assert chained(URL, revoked=True) == "revoked"


def test_a_list_as_a_credential_is_json_or_a_token() -> None:
    """Whatever lies there is looked at as what it is, and refused as that."""
    for body in (b"", b"\xff\xfe", b"[1]", json.dumps({"no": "credential"}).encode(), b"a.b.c"):

        def fetch(url: str, *, accept: str = "", body: bytes = body) -> Fetched:
            return Fetched(body, "application/vc")

        found = credential_status(
            CREDENTIAL, sources=SOURCES, fetch=fetch, fetch_revocations=fetch, lists=NoCache(), now=NOW
        )
        assert found.status == "undetermined"
