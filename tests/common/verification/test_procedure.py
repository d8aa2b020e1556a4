"""The one procedure, step by step, over both formats; each attack ends at the step that must stop it."""

import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.did import Fetched, did_key
from common.encoding import base64url, jcs
from common.errors import FetchError, MalformedInputError
from common.formats import FORMATS
from common.formats.base import Binding, Holder, Secured, VerifiedCredential
from common.keys import PrivateKey
from common.status import token
from common.status.bits import pack
from common.status.check import StatusOutcome
from common.trust import TrustList, TrustListEntry
from common.vcdm.credential import Credential, StatusReference
from common.verification import Verification, VerificationError, verify_one, verify_response
from common.verification.credential_status import credential_status
from common.verification.procedure import Presentations, Submission
from tests.common.formats.fakes import StaticSources, method
from tests.common.formats.sd_jwt.salts import salts
from tests.conftest import NOW
from tests.tampering import flip

REGISTRY = "did:web:registry.example"
P256 = PrivateKey("P-256", bytes(31) + b"\x01", f"{REGISTRY}#p256-1")
ED25519 = PrivateKey("Ed25519", bytes(31) + b"\x01", f"{REGISTRY}#ed25519-1")
CONTEXT, VCT = "https://registry.example/types/farmer/context", "https://registry.example/types/farmer"
SOURCES = StaticSources(
    {key.key_id: method(key.key_id, key.public_key) for key in (P256, ED25519)},
    contexts={
        CONTEXT: {
            "@context": {
                "@protected": True,
                "FarmerCredential": VCT,
                "district": f"{VCT}#district",
                "given_name": f"{VCT}#given_name",
            }
        }
    },
)
LIST_URL = "https://registry.example/status/1"
FARMER = Credential(
    id="urn:uuid:5b0a4a3e-6a1c-4d0e-9c39-6f2a3f0a8d11",
    issuer=REGISTRY,
    type="FarmerCredential",
    vct=VCT,
    claims={"given_name": "Ana", "district": "Pisac"},
    valid_from=NOW - timedelta(days=2),
    valid_until=NOW + timedelta(days=365),
    context=(CONTEXT,),
    disclosable=(("given_name",), ("district",)),
)
TRUST = TrustList((TrustListEntry(REGISTRY, frozenset({VCT}), "Farmer registry"),))
BINDING = Binding("x509_san_dns:clinic.example", "nonce-1")
FORMAT_NAMES = ("dc+sd-jwt", "ldp_vc")


def issue(
    name: str, holder: PrivateKey, *, credential: Credential = FARMER, signer: PrivateKey | None = None
) -> Secured:
    bound = Holder(holder.public_key, did_key.encode(holder.public_key))
    key = signer or (P256 if name == "dc+sd-jwt" else ED25519)
    return FORMATS[name].issue(credential, signer=key, holder=bound, sources=SOURCES, now=NOW, salt=salts())


def show(name: str, secured: Secured, holder: PrivateKey, *, binding: Binding = BINDING) -> Secured:
    signer = holder.named(did_key.key_method(holder.public_key))
    return FORMATS[name].present(
        secured, disclose=[("district",)], binding=binding, signer=signer, sources=SOURCES, now=NOW
    )


def valid(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
    return StatusOutcome("valid", "The issuer's status list says: valid.")


def never_asked(credential: VerifiedCredential, *, now: datetime) -> StatusOutcome:
    raise AssertionError("Nobody's server is asked before its issuer is trusted.")


def none_asked(credential: VerifiedCredential) -> None:
    raise AssertionError("What names nothing elsewhere leads nowhere.")


def content(found: Presentations) -> None:
    return None


def respond(*submissions: Submission, **changes: Any) -> Verification:
    given: dict[str, Any] = {
        "satisfied": content, "sources": SOURCES, "status": valid, "references": none_asked, "trust": TRUST,
        "now": NOW,
    }  # fmt: skip
    return verify_response(submissions, **(given | changes))


def one(secured: Secured, **changes: Any) -> Verification:
    given: dict[str, Any] = {
        "sources": SOURCES,
        "status": valid,
        "references": none_asked,
        "trust": TRUST,
        "now": NOW,
    }
    return verify_one(secured, **(given | changes))


def results(verification: Verification) -> dict[str, str]:
    return {check.check: check.result for check in verification.checks}


def tampered(secured: Secured) -> Secured:
    """The same with one letter of what the issuer signed exchanged."""
    if isinstance(secured, str):
        head, dot, rest = secured.partition(".")
        return head + dot + flip(rest, 0)
    changed = copy.deepcopy(dict(secured))
    subject = changed.get("credentialSubject") or changed["verifiableCredential"][0]["credentialSubject"]
    subject["district"] = "Lima"
    return changed


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


def refused(verification: Verification, check: str) -> None:
    """The procedure ended at `check`, and nothing can be made of it."""
    assert verification.checks[-1].check == check
    assert verification.checks[-1].result == "failed"
    assert verification.checks[-1].detail
    assert not verification.verified
    assert verification.exit_code == 1
    assert verification.status == "none" or check == "query"
    with pytest.raises(VerificationError):
        verification.require_verified()


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


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_is_no_presentation(name: str, ana: PrivateKey) -> None:
    refused(respond(Submission("farmer", name, issue(name, ana), BINDING)), "binding")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_where_no_signature_was_asked_for(name: str, ana: PrivateKey) -> None:
    """OpenID4VP §5.3; the claims at `disclose` alone leave, and nobody is called its holder."""
    bare = FORMATS[name].show_without_binding(issue(name, ana), disclose=[("district",)], sources=SOURCES)
    verification = respond(Submission("farmer", name, bare, BINDING, holder_bound=False))
    assert verification.verified
    assert (results(verification)["binding"], verification.exit_code) == ("skipped", 0)
    assert verification.presentations["farmer"][0].holder == ""
    assert verification.claims["district"] == "Pisac"
    assert ("given_name" in verification.claims) is (name == "ldp_vc")
    refused(respond(Submission("farmer", name, bare, BINDING)), "binding")
    refused(respond(Submission("farmer", name, tampered(bare), BINDING, holder_bound=False)), "signature")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_signature_that_was_not_asked_for_must_hold(name: str, ana: PrivateKey) -> None:
    shown = show(name, issue(name, ana), ana)
    assert respond(Submission("farmer", name, shown, BINDING, holder_bound=False)).verified
    elsewhere = Binding(BINDING.audience, "nonce-2")
    assert not respond(Submission("farmer", name, shown, elsewhere, holder_bound=False)).verified


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_beside_a_signed_one(name: str, ana: PrivateKey) -> None:
    bare, signed = issue(name, ana), show(name, issue(name, ana), ana)
    ticket = Submission("ticket", name, bare, BINDING, holder_bound=False)
    assert respond(ticket, Submission("farmer", name, signed, BINDING)).verified
    refused(respond(ticket, Submission("farmer", name, bare, BINDING)), "binding")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_naked_credential_authorises_nothing(name: str, ana: PrivateKey) -> None:
    wanted = Binding(BINDING.audience, BINDING.nonce, ("eyJ9",))
    assert not respond(Submission("farmer", name, issue(name, ana), wanted, holder_bound=False)).verified


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


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_presentation_found_in_a_drawer(name: str, ana: PrivateKey) -> None:
    shown = show(name, issue(name, ana), ana)
    later = one(shown, now=NOW + timedelta(days=30))
    assert later.verified
    assert results(later)["binding"] == "skipped"
    assert later.claims["district"] == "Pisac"
    refused(one(shown, now=NOW + timedelta(days=400)), "validity")
    refused(one(tampered(shown)), "signature")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_found_presentation_with_its_request(name: str, ana: PrivateKey) -> None:
    shown = show(name, issue(name, ana), ana)
    assert results(one(shown, binding=BINDING))["binding"] == "passed"
    wrong = one(shown, binding=Binding(BINDING.audience, "nonce-2"))
    assert wrong.exit_code == 1


def test_a_found_presentation_signed_by_another(ana: PrivateKey, mallory: PrivateKey) -> None:
    stolen = issue("dc+sd-jwt", ana)
    own = show("dc+sd-jwt", issue("dc+sd-jwt", mallory), mallory)
    refused(one(str(stolen) + str(own).rpartition("~")[2]), "binding")


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_found_presentation_with_transaction_data(name: str, ana: PrivateKey) -> None:
    entry = base64url.encode(jcs.canonicalize({"type": "payment"}))
    binding = Binding(BINDING.audience, BINDING.nonce, (entry,))
    shown = show(name, issue(name, ana), ana, binding=binding)
    alone = one(shown)  # anybody could have added the hashes, and a signature of their own
    assert (alone.verified, alone.exit_code, results(alone)["binding"]) == (False, 3, "undetermined")
    assert one(shown, binding=binding).verified


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
