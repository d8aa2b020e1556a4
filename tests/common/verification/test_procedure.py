"""The one procedure, step by step, over both formats; each attack ends at the step that must stop it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.did import Fetched
from common.encoding import base64url, jcs
from common.errors import FetchError, MalformedInputError
from common.formats.base import Binding, VerifiedCredential
from common.keys import PrivateKey
from common.status import token
from common.status.bits import pack
from common.status.check import StatusOutcome
from common.trust import TrustList, TrustListEntry
from common.vcdm.credential import StatusReference
from common.verification import Verification, VerificationError
from common.verification.credential_status import credential_status
from common.verification.procedure import Presentations, Submission
from tests.common.verification.farmers_fixture import (
    BINDING,
    ED25519,
    FARMER,
    FORMAT_NAMES,
    LIST_URL,
    P256,
    REGISTRY,
    SOURCES,
    issue,
    never_asked,
    one,
    refused,
    respond,
    results,
    show,
    tampered,
)
from tests.conftest import NOW


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_response_that_passes(name: str, ana: PrivateKey) -> None:
    asked: list[Presentations] = []
    verification = respond(
        Submission("farmer", name, show(name, issue(name, ana), ana), BINDING), satisfied=asked.append
    )
    assert results(verification) == dict.fromkeys(
        ("format", "signature", "binding", "validity", "trust", "status", "query"), "passed"
    )
    assert verification.verified
    assert verification.require_verified() is verification
    assert (verification.status, verification.exit_code) == ("valid", 0)
    assert (verification.format, verification.issuer) == (name, REGISTRY)
    assert verification.claims["district"] == "Pisac"
    assert asked == [verification.presentations]
    assert list(verification.presentations) == ["farmer"]


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_credential_that_passes(name: str, ana: PrivateKey) -> None:
    verification = one(issue(name, ana))
    assert results(verification) == dict.fromkeys(
        ("format", "signature", "validity", "trust", "status"), "passed"
    )
    assert verification.as_json() == {
        "verified": True,
        "status": "valid",
        "format": name,
        "issuer": REGISTRY,
        "claims": {"given_name": "Ana", "district": "Pisac"},
        "checks": [{"check": check.check, "result": "passed", "detail": ""} for check in verification.checks],
    }


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_tampered(name: str, ana: PrivateKey) -> None:
    refused(one(tampered(issue(name, ana)), status=never_asked), "signature")
    shown = tampered(show(name, issue(name, ana), ana))
    refused(respond(Submission("farmer", name, shown, BINDING), status=never_asked), "signature")


@pytest.mark.parametrize(
    "binding",
    [Binding("x509_san_dns:mallory.example", BINDING.nonce), Binding(BINDING.audience, "nonce-2")],
)
@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_replayed(name: str, binding: Binding, ana: PrivateKey) -> None:
    shown = show(name, issue(name, ana), ana)
    verification = respond(Submission("farmer", name, shown, binding), status=never_asked)
    assert verification.checks[-1].result == "failed"
    assert verification.exit_code == 1


def test_key_binding_of_another(ana: PrivateKey, mallory: PrivateKey) -> None:
    stolen = issue("dc+sd-jwt", ana)
    own = show("dc+sd-jwt", issue("dc+sd-jwt", mallory), mallory)
    assert isinstance(stolen, str)
    assert isinstance(own, str)
    forged = stolen + own.rpartition("~")[2]
    refused(respond(Submission("farmer", "dc+sd-jwt", forged, BINDING)), "binding")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_expired_is_a_check_of_its_own(name: str, ana: PrivateKey) -> None:
    credential = replace(FARMER, valid_until=NOW - timedelta(seconds=1))
    refused(one(issue(name, ana, credential=credential), status=never_asked), "validity")
    refused(one(issue(name, ana), now=NOW + timedelta(days=400), status=never_asked), "validity")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_not_yet_valid(name: str, ana: PrivateKey) -> None:
    credential = replace(FARMER, valid_from=NOW + timedelta(days=1))
    refused(one(issue(name, ana, credential=credential)), "validity")


@pytest.mark.parametrize("name", FORMAT_NAMES)
@pytest.mark.parametrize(
    "trust",
    [
        TrustList(),
        TrustList((TrustListEntry("did:web:other.example", frozenset({"*"})),)),
        TrustList((TrustListEntry(REGISTRY, frozenset({"urn:example:birth"})),)),
    ],
)
def test_untrusted(name: str, trust: TrustList, ana: PrivateKey) -> None:
    refused(one(issue(name, ana), trust=trust, status=never_asked), "trust")
    submission = Submission("farmer", name, show(name, issue(name, ana), ana), BINDING)
    refused(respond(submission, trust=trust, status=never_asked), "trust")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_mallory_issues_in_the_registrys_name(name: str, ana: PrivateKey, mallory: PrivateKey) -> None:
    """A proof by a key that is not the issuer's own: a proof check alone would pass it."""
    key = mallory.named(P256.key_id if name == "dc+sd-jwt" else ED25519.key_id)
    forged = issue(name, ana, signer=key)
    refused(one(forged, status=never_asked), "signature")


@pytest.mark.parametrize(
    ("status", "result", "code"),
    [("revoked", "failed", 2), ("suspended", "failed", 2), ("undetermined", "undetermined", 3)],
)
@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_three_other_answers(name: str, status: Any, result: str, code: int, ana: PrivateKey) -> None:
    def told(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
        return StatusOutcome(status, "Because.")

    for verification in (
        one(issue(name, ana), status=told),
        respond(Submission("farmer", name, show(name, issue(name, ana), ana), BINDING), status=told),
    ):
        assert verification.status == status
        assert verification.exit_code == code
        assert not verification.verified
        assert results(verification)["status"] == result
        assert "query" not in results(verification)
        with pytest.raises(VerificationError, match="Because"):
            verification.require_verified()


def test_the_gravest_status_of_several_counts(ana: PrivateKey) -> None:
    told = iter(["valid", "suspended"])
    submissions = [
        Submission(query, name, show(name, issue(name, ana), ana), BINDING)
        for query, name in (("a", "dc+sd-jwt"), ("b", "ldp_vc"))
    ]
    verification = respond(*submissions, status=lambda credential, now: StatusOutcome(next(told), "x"))  # type: ignore[arg-type]
    assert verification.status == "suspended"
    assert verification.format is None
    assert len(verification.credentials) == 2


def test_a_query_that_is_not_satisfied(ana: PrivateKey) -> None:
    def dissatisfied(found: Presentations) -> None:
        raise MalformedInputError("Not what was asked for.")

    shown = show("ldp_vc", issue("ldp_vc", ana), ana)
    refused(respond(Submission("farmer", "ldp_vc", shown, BINDING), satisfied=dissatisfied), "query")


def test_nothing_presented() -> None:
    refused(respond(), "format")


def test_another_format_than_was_asked_for(ana: PrivateKey) -> None:
    shown = show("ldp_vc", issue("ldp_vc", ana), ana)
    refused(respond(Submission("farmer", "dc+sd-jwt", shown, BINDING)), "format")
    refused(respond(Submission("farmer", "mso_mdoc", shown, BINDING)), "format")


@pytest.mark.parametrize("secured", ["", "hello", {}, {"type": ["VerifiableCredential"]}, "a.b.c"])
def test_what_is_no_credential(secured: Any) -> None:
    refused(one(secured), "format")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_unsigned_transaction_data(name: str, ana: PrivateKey) -> None:
    entry = base64url.encode(jcs.canonicalize({"type": "payment", "amount": "120.00"}))
    wanted = Binding(BINDING.audience, BINDING.nonce, (entry,))
    naive = show(name, issue(name, ana), ana)
    refused(respond(Submission("farmer", name, naive, wanted)), "binding")
    aware = show(name, issue(name, ana), ana, binding=wanted)
    verification = respond(Submission("farmer", name, aware, wanted))
    assert verification.verified
    assert verification.presentations["farmer"][0].transaction_data == (entry,)


def test_a_verification_without_checks_proves_nothing() -> None:
    empty = Verification(checks=(), status="valid")
    assert not empty.verified
    assert empty.exit_code == 1
    with pytest.raises(VerificationError):
        empty.require_verified()


def test_status_from_a_published_list(ana: PrivateKey) -> None:
    """The list is fetched, verified by its own issuer's key, and read; then its server falls silent."""
    credential = replace(FARMER, status=(StatusReference("TokenStatusList", LIST_URL, 7),))
    published: dict[int, int] = {}

    class NoCache:
        def get(self, key: str) -> None:
            return None

        def put(self, key: str, value: Any, *, seconds: int) -> None:
            return None

    def serve(url: str, *, accept: str = "") -> Fetched:
        assert (url, accept.split(",", maxsplit=1)[0]) == (LIST_URL, "application/statuslist+jwt")
        statuses = pack(published, length=131_072, bits=2, order="least")
        text = token.create(
            uri=url, statuses=statuses, signer=P256, now=NOW, expires=NOW + timedelta(days=1), ttl=60
        )
        return Fetched(text.encode())

    def silent(url: str, *, accept: str = "") -> Fetched:
        raise FetchError("This host does not answer.")

    def ask(fetch: Any) -> Verification:
        def status(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
            return credential_status(
                credential, sources=SOURCES, fetch=fetch, fetch_revocations=fetch, lists=NoCache(), now=now
            )

        return one(issue("dc+sd-jwt", ana, credential=credential), status=status)

    assert ask(serve).exit_code == 0
    published[7] = 2
    assert (ask(serve).status, ask(serve).exit_code) == ("suspended", 2)
    published[7] = 1
    assert (ask(serve).status, ask(serve).exit_code) == ("revoked", 2)
    assert (ask(silent).status, ask(silent).exit_code) == ("undetermined", 3)


def test_claims_do_not_stand_in_any_check(ana: PrivateKey) -> None:
    verification = one(issue("dc+sd-jwt", ana), trust=TrustList())
    assert "Ana" not in str(verification.checks)
