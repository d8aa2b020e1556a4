"""A farmer's credential by a trusted registry, issued, shown and verified in one call each."""

import copy
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.did import did_key
from common.formats import FORMATS
from common.formats.base import Binding, Holder, Secured, VerifiedCredential
from common.keys import PrivateKey
from common.status.check import StatusOutcome
from common.trust import TrustList, TrustListEntry
from common.vcdm.credential import Credential
from common.verification import Verification, VerificationError, verify_one, verify_response
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
