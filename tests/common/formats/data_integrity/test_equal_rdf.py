"""Documents of equal statements are read alike or refused: nothing that decides hangs on the JSON.

`EQUAL_RDF=20000 python -m pytest -rP tests/common/formats/data_integrity/test_equal_rdf.py` tries more.
"""

import json
import os
import sys
from collections import Counter
from functools import partial
from random import Random
from typing import Any

import pytest

from common.did import Fetched, did_key
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.base import VerifiedCredential
from common.formats.data_integrity import pipeline, securing
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2
from common.vcdm.related_resources import Known
from common.verification.proofs import ProofSources, check_credential
from tests.common.formats.data_integrity.conftest import BINDING, CONTEXT, ISSUER, LISTS, TYPE, held
from tests.common.formats.data_integrity.rewriting import XSD, Vocabulary, rewrite, statements
from tests.common.formats.fakes import StaticSources, method
from tests.conftest import NOW

FORMAT = FORMATS["ldp_vc"]
Document = dict[str, Any]
REWRITTEN = int(os.environ.get("EQUAL_RDF", "600"))
CRED = "https://www.w3.org/2018/credentials#"
OTHER = f"{TYPE}/alias"
FARM = {
    "@context": {
        **CONTEXT["@context"],
        "harvestKg": {"@id": f"{TYPE}#harvestKg", "@type": f"{XSD}integer"},
        "organic": {"@id": f"{TYPE}#organic", "@type": f"{XSD}boolean"},
        "crops": f"{TYPE}#crops",
        "spouse": {"@id": f"{TYPE}#spouse", "@type": "@id"},
        "seasons": {"@id": f"{TYPE}#seasons", "@container": "@list"},
        "trades": {"@id": f"{TYPE}#trades", "@container": "@set"},
        "Person": f"{TYPE}#Person",
        "Visit": f"{TYPE}#Visit",
        "Terms": f"{TYPE}#Terms",
        "Renewal": f"{TYPE}#Renewal",
        "by": {"@id": f"{TYPE}#by", "@type": "@id"},
        "farm": {"@id": f"{TYPE}#", "@prefix": True},
    }
}
# What an issuer should not publish, but may: other words for the same, and names for keywords.
ALIASES = {
    "@context": {
        "@version": 1.1,
        "FarmerCredential": TYPE,
        "grower": f"{TYPE}#farmerId",
        "kilos": f"{TYPE}#harvestKg",
        "until": {"@id": f"{CRED}validUntil", "@type": f"{XSD}dateTime"},
        "standing": {"@id": f"{CRED}credentialStatus", "@type": "@id"},
        "shape": {"@id": f"{CRED}credentialSchema", "@type": "@id"},
        "about": {"@id": f"{CRED}credentialSubject", "@type": "@id"},
        "ends": {"@id": "https://w3id.org/security#expiration", "@type": f"{XSD}dateTime"},
        "cred": {"@id": CRED, "@prefix": True},
        "ident": "@id",
        "kind": "@type",
        "graph": "@graph",
        "also": "@included",
        "labels": "@nest",
        "all": "@set",
    }
}
SCHEMA = json.dumps(
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{TYPE}/schema", "type": "object"}
).encode()
PUBLISHED = {TYPE: FARM, OTHER: ALIASES}


@pytest.fixture
def sources(issuer_key: PrivateKey) -> StaticSources:
    p256 = PrivateKey("P-256", b"\x07" * 32, f"{ISSUER}#key-2")
    methods = {key.key_id: method(key.key_id, key.public_key) for key in (issuer_key, p256)}
    return StaticSources(methods=methods, published={ISSUER: PUBLISHED})


def status(list_: int, purpose: str) -> Document:
    uri = f"{LISTS}/{list_}"
    return {
        "id": f"{uri}#42",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": "42",
        "statusListCredential": uri,
    }


def rich(subject: str, **changes: Any) -> Document:
    """A credential that says something in every place that decides."""
    return {
        "@context": [CREDENTIALS_V2, TYPE],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "FarmerCredential"],
        "name": [
            {"@value": "Farmer", "@language": "en"},
            {"@value": "مزارع", "@language": "ar", "@direction": "rtl"},
        ],
        "issuer": {"id": ISSUER, "name": "Farmer Registry"},
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "credentialStatus": [status(1, "revocation"), status(2, "suspension")],
        "credentialSchema": {"id": f"{TYPE}/schema", "type": "JsonSchema"},
        "termsOfUse": {"type": "Terms", "by": ISSUER},
        "evidence": [
            {"type": "Visit", "by": {"id": "did:example:inspector", "givenName": "Ines"}},
            {"type": "Visit"},
        ],
        "refreshService": {"id": "https://registry.example/refresh", "type": "Renewal"},
        "relatedResource": {"id": "https://registry.example/terms", "digestSRI": f"sha256-{'A' * 43}="},
        "credentialSubject": {
            "id": subject,
            "type": "Person",
            "farmerId": "F-0001",
            "birthDate": "1990-05-25",
            "harvestKg": 1200,
            "organic": True,
            "crops": ["maíz", "oca", "papa"],
            "seasons": ["wet", "dry", "wet"],
            "trades": ["seed"],
            "spouse": {"id": "did:example:inspector", "givenName": "Ines"},
            "parcels": [{"area": "1.5", "crop": "maíz"}, {"area": "0.25", "crop": "oca"}],
        },
    } | changes  # fmt: skip


def secured(document: Document, key: PrivateKey, sources: StaticSources, **options: Any) -> Document:
    given = pipeline.proof_options(
        signer=key, purpose="assertionMethod", created=NOW, suite=options.pop("suite", None)
    )
    return pipeline.add_proof(
        document,
        given | {"expires": "2026-12-31T00:00:00Z"} | options,
        signer=key,
        contexts=partial(sources.context, issuer=ISSUER),
    )


def version_1(subject: str) -> Document:
    document = rich(subject, issuanceDate="2026-01-01T00:00:00Z", expirationDate="2027-01-01T00:00:00Z")
    document["@context"] = [CREDENTIALS_V1, TYPE, DATA_INTEGRITY_V2]
    document["issuer"] = ISSUER
    gone = ("validFrom", "validUntil", "name", "relatedResource", "credentialStatus", "credentialSchema")
    return {name: part for name, part in document.items() if name not in gone}


def specimens(issuer: PrivateKey, ana: PrivateKey, sources: StaticSources) -> dict[str, Document]:
    subject = did_key.encode(ana.public_key)
    p256 = PrivateKey("P-256", b"\x07" * 32, f"{ISSUER}#key-2")
    base = securing.secure_document(
        rich(subject), signer=p256, sources=sources, now=NOW, suite="ecdsa-sd-2023",
        mandatory_pointers=[f"/{name}" for name in ("issuer", "validUntil", "credentialStatus")],
    )  # fmt: skip
    shown = [("credentialSubject", name) for name in ("farmerId", "harvestKg", "crops", "parcels", "spouse")]
    derived = FORMAT.present(
        base, disclose=shown, binding=BINDING, signer=held(ana), sources=sources, now=NOW
    )
    whole = secured(rich(subject), issuer, sources)
    own = rich(subject, issuer=subject) | {"@context": [CREDENTIALS_V2], "type": ["VerifiableCredential"]}
    own["credentialSubject"] = {"id": subject, "name": "Ana", "description": "of the valley"}
    del own["termsOfUse"], own["evidence"], own["refreshService"]
    presented = FORMAT.present(
        whole, disclose=None, binding=BINDING, signer=held(ana), sources=sources, now=NOW
    )
    assert isinstance(derived, dict)
    assert isinstance(presented, dict)
    return {
        "eddsa-rdfc-2022": whole,
        "ecdsa-rdfc-2019": secured(rich(subject), p256, sources),
        "ecdsa-sd-2023": derived["verifiableCredential"][0],
        "one's own": secured(own, held(ana), sources),
        "version 1.1": secured(version_1(subject), issuer, sources),
        "two proofs": pipeline.add_proof(
            whole,
            pipeline.proof_options(signer=p256, purpose="assertionMethod", created=NOW),
            signer=p256,
            contexts=partial(sources.context, issuer=ISSUER),
        ),
        "presentation": presented,
    }


def reading(document: Document, sources: StaticSources) -> Any:
    """All that anything decides by."""
    if "verifiableCredential" in document:
        found = FORMAT.verify_presentation(document, binding=BINDING, sources=sources, now=NOW)
        return found.holder, found.transaction_data, [_of(one) for one in found.credentials]
    return _of(FORMAT.verify_credential(document, sources=sources, now=NOW))


def _of(one: VerifiedCredential) -> Any:
    said = {name: value for name, value in one.document.items() if name != "@context"}
    return (
        one.id, one.issuer, one.key_id, one.types, one.claims, one.subject, one.valid_from, one.valid_until,
        one.status, one.partial, said,
    )  # fmt: skip


def by_proofs_alone(document: Document, sources: StaticSources) -> Document:
    world = ProofSources(
        sources=sources,
        contexts_of=lambda speakers: partial(sources.context, issuer=speakers[0]),
        fetch=lambda url, **_: Fetched(SCHEMA, "application/schema+json"),
        known={"https://registry.example/terms": Known.by(f"sha256-{'A' * 43}=")},
    )
    bare = check_credential(document, world=world, now=NOW).document
    return {name: value for name, value in bare.items() if name != "@context"}


@pytest.mark.parametrize(
    "kind",
    ["eddsa-rdfc-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023", "one's own", "version 1.1", "two proofs",
     "presentation"],
)  # fmt: skip
def test_whatever_is_accepted_is_read_alike(
    kind: str, issuer_key: PrivateKey, ana: PrivateKey, sources: StaticSources
) -> None:
    original = specimens(issuer_key, ana, sources)[kind]
    contexts = partial(sources.context, issuer=ISSUER)
    vocabulary, random = Vocabulary(PUBLISHED), Random(f"equal statements, {kind}")
    expected, said = reading(original, sources), statements(original, contexts=contexts)
    bare = by_proofs_alone(original, sources) if kind != "presentation" else {}
    count: Counter[str] = Counter()
    for _ in range(REWRITTEN // 7):
        mutant = rewrite(original, random, vocabulary)
        equal = _same(mutant, said, contexts=contexts)
        try:
            found = reading(mutant, sources)
        except SelloError:
            count["equal, refused" if equal else "different, refused"] += 1
            continue
        assert equal, json.dumps(mutant)
        assert found == expected, json.dumps(mutant)
        if kind != "presentation":
            assert by_proofs_alone(mutant, sources) == bare, json.dumps(mutant)
        assert _text(found) == _text(expected), json.dumps(mutant)  # 1 is not True
        count["equal, accepted"] += 1
    sys.stdout.write(f"{kind}: {dict(sorted(count.items()))}\n")
    assert count["equal, accepted"] > 0
    assert count["equal, refused"] > 0


def _text(found: Any) -> str:
    return json.dumps(found, sort_keys=True, default=str)


def _same(mutant: Document, said: Any, *, contexts: Any) -> bool:
    try:
        found: bool = statements(mutant, contexts=contexts) == said
        return found
    except (SelloError, TypeError, AttributeError, KeyError):
        return False
