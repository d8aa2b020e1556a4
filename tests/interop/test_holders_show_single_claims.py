"""ecdsa-sd-2023 between @digitalbazaar and us: who signed, who shows and who verifies may each be another."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.encoding import base64url
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.data_integrity import disclosure
from common.keys import PrivateKey, jwk
from common.rdf.contexts import SHIPPED
from tests.common.formats.fakes import StaticSources
from tests.common.rdf.examples import CONTEXTS, EXAMPLES_V2
from tests.interop import peers
from tests.interop.conftest import Site
from tests.interop.judges import evidence_of_ldp, judge
from tests.interop.matrix import OURS, pair

pytestmark = pytest.mark.interop

ANA = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
FORMAT = "ldp_vc:ecdsa-sd-2023"
PARTS = {
    "@context": ["https://www.w3.org/ns/credentials/v2", EXAMPLES_V2],
    "type": ["VerifiableCredential", "LibraryCard"],
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": ANA,
        "type": "Reader",
        "givenName": "Ana",
        "loans": [
            {"title": "Ríos profundos", "year": 1958},
            {"title": "Redoble por Rancas", "year": 1970},
            {"title": "Ríos profundos", "year": 1958},
        ],
    },
}


@pytest.fixture(scope="module")
def ours(site: Site) -> Mapping[str, Any]:
    """A credential of our site, of which the holder may show single claims."""
    configuration = site.command(
        "create_configuration", "farmers", "--type", "FieldPassCredential", "--format", FORMAT
    )["configuration_id"]
    told = site.command("issue", configuration, "F-0005", "--format", FORMAT, "--holder", ANA)
    credential: dict[str, Any] = told["credential"]
    assert credential["proof"]["cryptosuite"] == "ecdsa-sd-2023"
    return credential


@pytest.fixture(scope="module")
def evidence(site: Site, ours: Mapping[str, Any]) -> dict[str, Any]:
    return evidence_of_ldp(site, dict(ours))


@pytest.fixture(scope="module")
def theirs() -> Mapping[str, Any]:
    """A credential by them, of which only the issuer is always shown."""
    key = PrivateKey("P-256", b"\x0b" * 32)
    secret = {**jwk.encode(key.public_key), "d": base64url.encode(key.secret)}
    found: Mapping[str, Any] = peers.run(
        "disclose_ldp.mjs",
        issue=PARTS,
        jwk=secret,
        pointers=["/issuer"],
        documents={EXAMPLES_V2: CONTEXTS[EXAMPLES_V2]},
    )["credential"]
    return found


def claims_of(credential: Mapping[str, Any]) -> list[str]:
    return [name for name in credential["credentialSubject"] if name != "id"]


def test_their_holder_shows_one_of_our_claims(
    site: Site, ours: Mapping[str, Any], evidence: dict[str, Any], tmp_path: Path
) -> None:
    name = claims_of(ours)[0]
    shown = peers.run(
        "disclose_ldp.mjs", credential=ours, pointers=[f"/credentialSubject/{name}"], documents=evidence
    )["credential"]
    assert claims_of(shown) == [name]
    assert judge(site, shown)["verified"]
    path = tmp_path / "shown.json"
    path.write_text(json.dumps(shown))
    told = site.command("verify", str(path))
    assert told["verified"]
    assert told["claims"] == {name: ours["credentialSubject"][name]}


@pair(OURS, "@digitalbazaar", FORMAT)
def test_their_judge_believes_what_our_holder_shows(
    site: Site, ours: Mapping[str, Any], evidence: dict[str, Any]
) -> None:
    name = claims_of(ours)[-1]
    shown = disclosure.derive(
        ours, [("credentialSubject", name)], contexts=lambda url: {**evidence, **SHIPPED}[url]
    )
    assert claims_of(shown) == [name]
    assert judge(site, shown)["verified"]
    with pytest.raises(peers.PeerRefusedError):
        judge(site, {**shown, "credentialSubject": {**shown["credentialSubject"], name: "another"}})
    with pytest.raises(peers.PeerRefusedError):
        judge(site, {key: value for key, value in shown.items() if key != "validUntil"})


@pair(OURS, "@digitalbazaar", FORMAT, tampered=True)
def test_their_judge_is_not_shown_what_is_the_holders(site: Site, ours: Mapping[str, Any]) -> None:
    with pytest.raises(peers.PeerRefusedError):
        judge(site, dict(ours))


def test_our_holder_shows_one_of_their_claims(theirs: Mapping[str, Any]) -> None:
    documents = {EXAMPLES_V2: CONTEXTS[EXAMPLES_V2]}
    sources = StaticSources(contexts=documents)
    now = datetime.now(UTC)
    verified = FORMATS["ldp_vc"].verify_credential(theirs, sources=sources, now=now)
    assert verified.document == {name: value for name, value in theirs.items() if name != "proof"}
    shown = disclosure.derive(
        theirs,
        [("credentialSubject", "loans", 0, "title"), ("credentialSubject", "loans", 1, "year")],
        contexts=lambda url: {**documents, **SHIPPED}[url],
    )
    assert shown["credentialSubject"]["loans"] == [
        {"title": "Ríos profundos", "year": 1958},
        {"year": 1970},
    ]
    assert "givenName" not in shown["credentialSubject"]
    assert FORMATS["ldp_vc"].verify_credential(shown, sources=sources, now=now).issuer == verified.issuer
    assert peers.run("verify_ldp.mjs", credential=shown, documents=documents)["verified"]


@pair("@digitalbazaar", OURS, FORMAT)
def test_we_believe_what_their_holder_shows_of_theirs(theirs: Mapping[str, Any]) -> None:
    documents = {EXAMPLES_V2: CONTEXTS[EXAMPLES_V2]}
    shown = peers.run(
        "disclose_ldp.mjs",
        credential=theirs,
        pointers=["/credentialSubject/loans/2/title"],
        documents=documents,
    )["credential"]
    sources, now = StaticSources(contexts=documents), datetime.now(UTC)
    verified = FORMATS["ldp_vc"].verify_credential(shown, sources=sources, now=now)
    assert verified.claims["loans"] in ({"title": "Ríos profundos"}, [{"title": "Ríos profundos"}])
    with pytest.raises(SelloError):
        FORMATS["ldp_vc"].verify_credential(
            {**shown, "issuer": "did:example:mallory"}, sources=sources, now=now
        )
