"""Independent judges verify credentials of ours offline, and see what becomes of them (acceptance 3)."""

import json
from typing import Any

import pytest

from common.encoding import base64url
from tests.interop import library, peers
from tests.interop.conftest import Site
from tests.interop.judges import evidence_of_ldp, judge
from tests.interop.matrix import OURS, pair

pytestmark = pytest.mark.interop


# Ana, a holder; the judges of credentials never ask her for her key.
ANA = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def issued(site: Site, credential_format: str, record: str) -> tuple[Any, str]:
    """A credential of ours, and the identifier under which `set_status` knows it."""
    told = site.command("issue", "farmer", record, "--format", credential_format, "--holder", ANA)
    return told["credential"], told["credential_id"]


@pair(OURS, "@digitalbazaar", "ldp_vc")
def test_digitalbazaar_sees_suspension_and_revocation(site: Site) -> None:
    credential, name = issued(site, "ldp_vc", "F-0002")

    def statuses() -> dict[str, bool]:
        verdict = judge(site, credential)
        assert verdict["verified"]
        return {entry["purpose"]: entry["set"] for entry in verdict["statuses"]}

    assert statuses() == {"revocation": False, "suspension": False}
    site.command("set_status", name, "suspended", "--reason", "a parcel is in dispute")
    assert statuses() == {"revocation": False, "suspension": True}
    site.command("set_status", name, "valid", "--reason", "settled")
    assert statuses() == {"revocation": False, "suspension": False}
    site.command("set_status", name, "revoked", "--reason", "sold")
    assert statuses()["revocation"] is True


@pair(OURS, "@sd-jwt", "dc+sd-jwt")
def test_sd_jwt_sees_suspension_and_revocation(site: Site) -> None:
    credential, name = issued(site, "dc+sd-jwt", "F-0003")

    def status() -> int:
        verdict = judge(site, credential)
        assert verdict["verified"]
        return int(verdict["status"])

    assert status() == 0
    site.command("set_status", name, "suspended", "--reason", "a parcel is in dispute")
    assert status() == 2
    site.command("set_status", name, "valid", "--reason", "settled")
    assert status() == 0
    site.command("set_status", name, "revoked", "--reason", "sold")
    assert status() == 1


@pair(OURS, "@digitalbazaar", "ldp_vc", tampered=True)
def test_digitalbazaar_refuses_another_claim(site: Site) -> None:
    credential, _ = issued(site, "ldp_vc", "F-0004")
    subject = credential["credentialSubject"]
    name = next(key for key, value in subject.items() if isinstance(value, str) and key not in ("id", "type"))
    changed = {**credential, "credentialSubject": {**subject, name: f"{subject[name]}, another"}}
    with pytest.raises(peers.PeerRefusedError):
        judge(site, changed)


@pair(OURS, "@digitalbazaar", "ldp_vc", tampered=True)
def test_digitalbazaar_refuses_a_swollen_status_list(site: Site) -> None:
    """The list's own proof counts: a bit set by somebody else does not make a revocation."""
    credential, _ = issued(site, "ldp_vc", "F-0004")
    documents = evidence_of_ldp(site, credential)
    for document in documents.values():
        if "BitstringStatusListCredential" in document.get("type", []):
            document["credentialSubject"]["ttl"] = 1
    with pytest.raises(peers.PeerRefusedError):
        peers.run("verify_ldp.mjs", credential=credential, documents=documents)


@pair(OURS, "@sd-jwt", "dc+sd-jwt", tampered=True)
def test_sd_jwt_refuses_another_signature(site: Site) -> None:
    credential, _ = issued(site, "dc+sd-jwt", "F-0004")
    with pytest.raises(peers.PeerRefusedError):
        judge(site, library.bent(credential))


@pair(OURS, "@sd-jwt", "dc+sd-jwt", tampered=True)
def test_sd_jwt_knows_no_disclosure_of_another(site: Site) -> None:
    """What the issuer has no digest of is no claim, whether the judge drops or refuses it."""
    credential, _ = issued(site, "dc+sd-jwt", "F-0004")
    jwt, first, *rest = credential.split("~")
    name = json.loads(base64url.decode(first))[1]
    forged = base64url.encode(json.dumps(["a-salt-of-mallory", name, "Another"]).encode())
    try:
        claims = judge(site, "~".join([jwt, forged, *rest]))["claims"]
    except peers.PeerRefusedError:
        return
    assert claims.get(name) != "Another"
