"""Data Integrity beside what other issuers write: fractions, envelopes, schemas as credentials."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from common.errors import SelloError
from common.formats import FORMATS
from common.formats.data_integrity import pipeline
from common.formats.data_integrity.ldp_vc import LdpVc
from common.formats.data_integrity.securing import secure_document
from common.formats.w3c.envelopes import CREDENTIAL as ENVELOPED
from common.formats.w3c.envelopes import envelop, unwrap_envelope
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V2
from tests.common.formats.data_integrity.conftest import BINDING, CREDENTIAL, ISSUER, held, holder, no_salt
from tests.common.formats.fakes import StaticSources
from tests.conftest import NOW
from tests.tampering import flip

FORMAT = LdpVc()


def farmer(key: PrivateKey, sources: StaticSources, **claims: Any) -> dict[str, Any]:
    """The unsecured document of a farmer whose claims are changed."""
    made = FORMAT.issue(CREDENTIAL, signer=key, holder=None, sources=sources, now=NOW, salt=no_salt)
    assert isinstance(made, Mapping)
    document = {name: value for name, value in made.items() if name != "proof"}
    return {**document, "credentialSubject": {**document["credentialSubject"], **claims}}


@pytest.mark.parametrize("number", [3.9, 1e3, -0.0, 6.02e23, 1e-7])
def test_fractions_are_signed_as_json_and_never_as_rdf(
    issuer_key: PrivateKey, sources: StaticSources, number: float
) -> None:
    document = farmer(issuer_key, sources, farmerId=number)
    told: dict[str, Any] = {"signer": issuer_key, "sources": sources, "now": NOW}
    signed = secure_document(document, suite="eddsa-jcs-2022", **told)
    assert FORMAT.verify_credential(signed, sources=sources, now=NOW).claims["farmerId"] == number
    changed = copy.deepcopy(signed)
    changed["credentialSubject"]["farmerId"] = number * 2 + 1
    with pytest.raises(SelloError):
        FORMAT.verify_credential(changed, sources=sources, now=NOW)
    with pytest.raises(SelloError, match="fraction or an exponent"):
        secure_document(document, suite="eddsa-rdfc-2022", **told)


def test_a_schema_in_a_credential_keeps_its_null_and_its_names(
    issuer_key: PrivateKey, sources: StaticSources
) -> None:
    schema = {
        "$odd": 1,
        "enum": ["a", None],
        "multipleOf": 0.5,
        "properties": {"@context": {"type": "array"}},
    }
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "issuer": ISSUER,
        "credentialSubject": {"id": "https://a.example/s", "type": "JsonSchema", "jsonSchema": schema},
    }
    signed = secure_document(document, signer=issuer_key, sources=sources, now=NOW)
    read = FORMAT.verify_credential(signed, sources=sources, now=NOW)
    assert read.claims["jsonSchema"] == schema
    signed["credentialSubject"]["jsonSchema"]["enum"] = ["a"]
    with pytest.raises(SelloError):
        FORMAT.verify_credential(signed, sources=sources, now=NOW)
    for subject in (
        {"type": "JsonSchema", "name": None},
        {"jsonSchema": {"a": None}},
        {"@context": {"a": "b"}},
    ):
        bent = {**document, "credentialSubject": {"id": "https://a.example/s", **subject}}
        with pytest.raises(SelloError):
            secure_document(bent, signer=issuer_key, sources=sources, now=NOW)


def shown(ana: PrivateKey, sources: StaticSources, *credentials: Any) -> Any:
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": held(ana).key_id.partition("#")[0],
        "verifiableCredential": list(credentials),
    }
    options = pipeline.proof_options(
        signer=held(ana), purpose="authentication", created=NOW,
        domain=BINDING.audience, challenge=BINDING.nonce,
    )  # fmt: skip
    contexts = partial(sources.context, issuer=ISSUER)
    return pipeline.add_proof(document, options, signer=held(ana), contexts=contexts)


def test_a_token_in_its_envelope_is_shown(
    ana: PrivateKey, mallory: PrivateKey, issuer_key: PrivateKey, sources: StaticSources
) -> None:
    def token(key: PrivateKey) -> str:
        made = FORMATS["vc+jwt"].issue(
            replace(CREDENTIAL, status=()),
            signer=issuer_key, holder=holder(key), sources=sources, now=NOW, salt=no_salt,
        )  # fmt: skip
        assert isinstance(made, str)
        return made

    envelope = envelop(token(ana), kind=ENVELOPED)
    assert unwrap_envelope(envelope) == token(ana)
    verified = FORMAT.verify_presentation(
        shown(ana, sources, envelope), binding=BINDING, sources=sources, now=NOW
    )
    assert [(one.format, one.issuer) for one in verified.credentials] == [("vc+jwt", ISSUER)]
    for other in (token(mallory), flip(token(ana))):
        with pytest.raises(SelloError):
            FORMAT.verify_presentation(
                shown(ana, sources, envelop(other, kind=ENVELOPED)),
                binding=BINDING, sources=sources, now=NOW,
            )  # fmt: skip
