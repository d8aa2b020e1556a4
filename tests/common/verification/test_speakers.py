"""Whose contexts a presentation is read in, what is told of it, and as of when what it names is looked at."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from common.did import Fetched, did_key
from common.errors import FetchError, SelloError
from common.keys import PrivateKey
from common.rdf.contexts import CREDENTIALS_V1, DATA_INTEGRITY_V2, Contexts
from common.verification.proofs import (
    MAX_CREDENTIALS,
    ProofSources,
    check_credential,
    check_document_references,
    check_presentation,
)
from tests.common.verification.test_proofs import (
    OPEN,
    SCHEMA,
    SOURCES,
    STRICT,
    credential,
    envelop,
    presentation,
    secure,
)
from tests.conftest import NOW


def listening(heard: list[list[str]], world: ProofSources = STRICT) -> ProofSources:
    """The same world, which notes for whom contexts were asked."""

    def contexts_of(speakers: Sequence[str]) -> Contexts:
        heard.append(list(speakers))
        return partial(SOURCES.context, issuer="")

    return dataclasses.replace(world, contexts_of=contexts_of)


def shown(document: Any, *, world: ProofSources = STRICT) -> Any:
    return check_presentation(document, domain=None, challenge=None, world=world, now=NOW)


def test_holder_and_issuers_speak_each_once(ana: PrivateKey, bruno: PrivateKey, mallory: PrivateKey) -> None:
    first, again, enveloped = (
        secure(credential(ana), ana),
        secure(credential(ana), ana),
        envelop(credential(mallory), mallory),
    )
    names = {key: did_key.encode(key.public_key) for key in (ana, bruno, mallory)}
    whole = presentation(first, again, enveloped, holder=names[bruno])
    for document in (secure(whole, bruno), envelop(whole, bruno, "vp")):
        heard: list[list[str]] = []
        shown(document, world=listening(heard))
        assert heard == [[names[bruno], names[ana]], [names[ana]], [names[ana]], [names[mallory]]]
    heard = []
    shown(secure(presentation(first), bruno), world=listening(heard))
    assert heard[0] == [names[ana]], "nobody is named as the holder"


def test_what_is_told_of_a_presentation(ana: PrivateKey, bruno: PrivateKey) -> None:
    document = presentation(secure(credential(ana), ana))
    for secured in (secure(document, bruno), envelop(document, bruno, "vp")):
        found = shown(secured)
        assert dict(found.document) == document
        assert found.warnings == ()


def test_warnings_of_what_is_within(ana: PrivateKey, bruno: PrivateKey) -> None:
    """In a trial, a credential by another than its issuer is read, and said to be that."""
    document = secure(presentation(secure(credential(ana), bruno)), bruno)
    [warning] = shown(document, world=OPEN).warnings
    assert isinstance(warning, SelloError)
    with pytest.raises(SelloError):
        shown(document)


def test_a_presentation_of_the_first_version(ana: PrivateKey) -> None:
    older = presentation() | {"@context": [CREDENTIALS_V1, DATA_INTEGRITY_V2]}
    assert dict(shown(secure(older, ana)).document) == older


def test_as_many_credentials_as_are_read(ana: PrivateKey, bruno: PrivateKey) -> None:
    one = secure(credential(ana), ana)
    assert shown(envelop(presentation(*[one] * MAX_CREDENTIALS), bruno, "vp"))
    with pytest.raises(SelloError, match=f"More than {MAX_CREDENTIALS}"):
        shown(envelop(presentation(*[one] * (MAX_CREDENTIALS + 1)), bruno, "vp"))


HELD, PLACE = "https://registry.example/held", "https://registry.example/schema-credential"


def publishing(issuer: PrivateKey, **changes: Any) -> ProofSources:
    """A world in which a schema lies in a credential that its issuer signed."""
    document = credential(
        issuer, id=PLACE, type=["VerifiableCredential", "JsonSchemaCredential"],
        credentialSchema={
            "id": "https://www.w3.org/ns/credentials/json-schema/v2.json", "type": "JsonSchema",
        },
        credentialSubject={"id": HELD, "type": "JsonSchema", "jsonSchema": {**SCHEMA, "$id": HELD}},
    ) | changes  # fmt: skip
    page = json.dumps(envelop(document, issuer)).encode()

    def fetch(url: str, *, accept: str = "application/json") -> Fetched:
        if url != PLACE:
            raise FetchError("Nothing is there.")
        return Fetched(page)

    return dataclasses.replace(STRICT, fetch=fetch)


def described(issuer: PrivateKey, **changes: Any) -> dict[str, Any]:
    return credential(issuer, credentialSchema={"id": PLACE, "type": "JsonSchemaCredential"}, **changes)


def test_a_schema_in_a_signed_credential_holds_as_of_now(ana: PrivateKey) -> None:
    ends = NOW + timedelta(hours=1)
    world = publishing(ana, validUntil=ends.isoformat().replace("+00:00", "Z"))
    secured = secure(described(ana), ana)

    def check(now: datetime) -> None:
        check_credential(secured, world=world, now=now)

    check(NOW)
    check(ends - timedelta(seconds=1))
    with pytest.raises(SelloError):
        check(ends + timedelta(seconds=1))


def test_a_schema_is_asked_of_the_json_as_it_was_written(ana: PrivateKey) -> None:
    """What an issuer is about to sign may be read into another form, in which the schema finds nothing."""
    world, document = publishing(ana), described(ana)
    check_document_references(document, world=world, now=NOW)
    nameless = described(ana, credentialSubject={"id": "did:example:ana"})
    with pytest.raises(SelloError):
        check_document_references(document, written=nameless, world=world, now=NOW)
    check_document_references(nameless, written=document, world=world, now=NOW)
