"""What a holder tries with a genuine card: other contexts, other numbers, a proof of their own beside."""

from functools import partial
from typing import Any

import pytest

from common.did import did_key
from common.errors import SelloError
from common.formats import FORMATS
from common.formats.data_integrity import disclosure, pipeline
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2, DID_V1, type_context
from common.rdf.errors import TransformationError
from tests.common.formats.data_integrity.conftest import ISSUER, TYPE, held
from tests.common.formats.data_integrity.test_equal_rdf import CRED, FARM, rich, secured, status
from tests.common.formats.fakes import StaticSources, method
from tests.conftest import NOW

FORMAT = FORMATS["ldp_vc"]
FISHER = f"{TYPE}/fisher"
# Another type of the same issuer, as this house writes contexts: one of its claims means what a farmer has.
PUBLISHED = {
    TYPE: FARM,
    FISHER: type_context(
        type_url=FISHER,
        type_name="FisherCredential",
        terms={"boat": None, "fisherId": {"iri": f"{TYPE}#farmerId"}},
    ),
}
Document = dict[str, Any]


@pytest.fixture
def static_sources(issuer_key: PrivateKey, ana: PrivateKey) -> StaticSources:
    methods = {key.key_id: method(key.key_id, key.public_key) for key in (issuer_key, held(ana))}
    return StaticSources(methods=methods, published={ISSUER: PUBLISHED})


@pytest.fixture
def card(issuer_key: PrivateKey, ana: PrivateKey, static_sources: StaticSources) -> Document:
    return secured(rich(did_key.encode(ana.public_key)), issuer_key, static_sources)


def read(document: Document, static_sources: StaticSources) -> Any:
    return FORMAT.verify_credential(document, sources=static_sources, now=NOW)


def with_own_proof(
    document: Document, key: PrivateKey, static_sources: StaticSources, suite: str
) -> Document:
    options = pipeline.proof_options(signer=key, purpose="assertionMethod", created=NOW, suite=suite)
    if suite == "ecdsa-sd-2023":
        options["mandatoryPointers"] = []
    return pipeline.add_proof(
        document, options, signer=key, contexts=partial(static_sources.context, issuer=ISSUER)
    )


def test_a_proof_of_the_holders_own_makes_the_card_no_part_of_itself(
    card: Document, ana: PrivateKey, static_sources: StaticSources
) -> None:
    """Schemas are asked of whole credentials: whoever holds one cannot call it a part."""
    p256 = held(PrivateKey("P-256", b"\x09" * 32))
    base = with_own_proof(card, p256, static_sources, "ecdsa-sd-2023")
    shown = disclosure.derive_whole(base, contexts=partial(static_sources.context, issuer=ISSUER))
    found = read(shown, static_sources)
    assert (found.partial, found.claims) == (False, read(card, static_sources).claims)


@pytest.mark.parametrize("contexts", [
    [CREDENTIALS_V2, TYPE, FISHER],  # two words for the number by which a farmer is paid
    [CREDENTIALS_V2, FISHER, TYPE],
    [CREDENTIALS_V2, FISHER],
    [CREDENTIALS_V1, TYPE, DATA_INTEGRITY_V2],  # where `validUntil` is nobody's end
    [CREDENTIALS_V2, CREDENTIALS_V1, TYPE],
    [TYPE, CREDENTIALS_V2],
])  # fmt: skip
def test_a_card_under_other_contexts_of_its_issuer(
    card: Document, static_sources: StaticSources, contexts: list[str]
) -> None:
    with pytest.raises(SelloError):
        read(card | {"@context": contexts}, static_sources)


@pytest.mark.parametrize("more", [[DID_V1], [DATA_INTEGRITY_V2], [TYPE], [DATA_INTEGRITY_V2, DID_V1]])
def test_contexts_that_say_nothing_of_the_card(
    card: Document, static_sources: StaticSources, more: list[str]
) -> None:
    """Nobody signs contexts: whatever others may be added, the same is read or nothing."""
    try:
        found = read(card | {"@context": [CREDENTIALS_V2, TYPE, *more]}, static_sources)
    except TransformationError:
        return
    expected = read(card, static_sources)
    assert (found.claims, found.status, found.valid_until) == (
        expected.claims, expected.status, expected.valid_until,
    )  # fmt: skip


def test_a_status_that_is_told_elsewhere_is_a_status(
    issuer_key: PrivateKey, ana: PrivateKey, static_sources: StaticSources
) -> None:
    """The bare name of an entry under `credentialStatus`, and the entry itself in the evidence."""
    entry = status(1, "revocation")
    whole = rich(did_key.encode(ana.public_key), credentialStatus=entry)
    whole["evidence"] = {"type": "Visit", "by": {"id": entry["id"]}}
    signed = secured(whole, issuer_key, static_sources)
    expected = read(signed, static_sources)
    assert [one.purpose for one in expected.status] == ["revocation"]
    evidence = {"type": "Visit", "by": entry}
    for moved in (
        {"credentialStatus": {"id": entry["id"]}, "evidence": evidence},
        {"credentialStatus": entry["id"], "evidence": evidence},
        {"credentialStatus": [{"id": entry["id"]}, {"id": entry["id"]}], "evidence": [evidence]},
        {f"{CRED}credentialStatus": {"id": entry["id"]}, "evidence": evidence},
    ):
        shown = {name: part for name, part in signed.items() if name != "credentialStatus"} | moved
        try:
            assert read(shown, static_sources).status == expected.status
        except SelloError:
            continue


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "ecdsa-jcs-2019"])
def test_the_same_number_in_other_letters_is_the_same_number(
    suite: str, static_sources: StaticSources
) -> None:
    """JCS signs 7 and 7.0 alike, so they are read alike; 8, or the text, was not signed."""
    seed = "Ed25519" if suite.startswith("eddsa") else "P-256"
    own = held(PrivateKey(seed, b"\x0a" * 32))
    subject = {"id": "did:example:ana", "name": "Ana", "number": 7, "cows": [1200, {"of": -3}], "share": 0.5}
    document = {
        "@context": [CREDENTIALS_V2], "type": ["VerifiableCredential"],
        "issuer": did_key.encode(own.public_key), "credentialSubject": subject,
    }  # fmt: skip
    signed = with_own_proof(document, own, static_sources, suite)
    expected = read(signed, static_sources).claims
    other = {**subject, "number": 7.0, "cows": [1.2e3, {"of": -3.0}]}
    found = read(signed | {"credentialSubject": other}, static_sources).claims
    assert (found, str(found)) == (expected, str(expected))
    for number in ("7", True, 7.5, 8):
        with pytest.raises(SelloError):
            read(signed | {"credentialSubject": {**subject, "number": number}}, static_sources)
