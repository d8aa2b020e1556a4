"""Issuing what an operator has written, in an authority's name: what stands behind the VC-API.

1. speaker: the authority signs in its own name alone, its did:web or the did:key of one of its keys.
2. data model: the credential is well formed and every term of it means something.
3. references: its related resources and schemas are what it says of them; its status entries are entries.
4. status: a place in the authority's own lists, where one was asked for; by default for revocation, where the
   credential is of version 2.0, named by a `urn:uuid:`, and brings neither a status nor a proof of its own.
5. signature: by the suite named, or as an enveloping `vc+jwt`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from common.errors import MalformedInputError, SelloError, UnknownPartError
from common.formats import vc_jwt
from common.formats.data_integrity import SUITES, pipeline
from common.formats.w3c import envelopes, jose, status_entries
from common.keys import Signer
from common.rdf.contexts import CREDENTIALS_V1, DATA_INTEGRITY_V2, Contexts
from common.vcdm import validation
from common.vcdm.credential import StatusReference
from common.verification.proofs import ProofSources, check_document_references, require_meaning
from issuer.authorities import identity
from issuer.models import Authority, IssuedCredential, StatusList
from issuer.status import lists
from issuer.status.indexes import StatusSlot, allocate_indexes

JWT: Final = vc_jwt.JOSE
CURVES: Final[dict[str, tuple[str, ...]]] = {name: suite.CURVES for name, suite in SUITES.items()} | {
    JWT: ("P-256", "P-384", "Ed25519")
}
# What a request may say of the proof itself (VC Data Integrity §2.1).
PROOF_OPTIONS: Final = ("id", "created", "expires", "domain", "challenge", "nonce", "previousProof")


class VcApiIssuanceError(SelloError):
    """A credential that this authority does not sign."""

    code = "PROOF_GENERATION_ERROR"


@dataclass(frozen=True, slots=True)
class IssuerIdentity:
    """A name of the authority, and the key with which it speaks under that name."""

    name: str
    signer: Signer


def issuer_identities(authority: Authority, suite: str) -> list[IssuerIdentity]:
    """The names under which an authority may sign with a suite: its did:keys, and its did:web."""
    if suite not in CURVES:
        raise UnknownPartError("suite", suite, CURVES)
    keys = [identity.key_signer(authority, curve) for curve in CURVES[suite]]
    web = [identity.authority_signer(authority, curve) for curve in CURVES[suite]]
    return [IssuerIdentity(signer.key_id.partition("#")[0], signer) for signer in (*keys, *web)]


def issue_document(
    authority: Authority,
    suite: str,
    credential: object,
    *,
    options: Mapping[str, Any],
    world: ProofSources,
    now: datetime,
) -> Mapping[str, Any]:
    """The secured credential (steps 1 to 5)."""
    if not isinstance(credential, Mapping):
        raise MalformedInputError("A credential is a JSON object.", code="PARSING_ERROR")
    known = issuer_identities(authority, suite)
    speaker, document = _spoken(credential, known, key=options.get("verificationMethod"))  # 1
    if suite != JWT:
        document = _with_proof_terms(document)
    validation.validate_credential(document, accept_v1=suite != JWT)  # 2
    contexts = world.contexts_of([speaker.name, authority.did])
    require_meaning(document, contexts=contexts)
    check_document_references(document, world=world, now=now)  # 3
    status_entries.check_status_entries(document)
    purposes = _purposes(document, options)
    if not purposes:
        return _sign(document, suite, speaker, options=options, contexts=contexts, now=now)  # 5
    row, document = _with_status(document, speaker, authority, purposes)  # 4
    row.format, row.issued_at, row.expires_at = suite, now, validation.validity(document)[1]
    signed = _sign(document, suite, speaker, options=options, contexts=contexts, now=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise VcApiIssuanceError("A credential of this identifier was issued already.") from error
    return signed


def _spoken(
    credential: Mapping[str, Any], known: list[IssuerIdentity], *, key: object
) -> tuple[IssuerIdentity, dict[str, Any]]:
    """The credential with its issuer, and the speaker who is that issuer; `key` chooses among several."""
    issuer = credential.get("issuer", {})
    name = issuer.get("id", known[0].name) if isinstance(issuer, Mapping) else issuer
    for speaker in known:
        if speaker.name == name and key in (None, speaker.signer.key_id):
            named = {**issuer, "id": name} if isinstance(issuer, Mapping) and issuer else name
            return speaker, {**credential, "issuer": named}
    raise VcApiIssuanceError("An authority signs in its own name alone, with its own keys.")


def _with_proof_terms(document: dict[str, Any]) -> dict[str, Any]:
    """Version 1.1 lacks the words of Data Integrity; its document gets their context (VC-DI §2.4.2)."""
    contexts = document.get("@context")
    if isinstance(contexts, list) and contexts[:1] == [CREDENTIALS_V1] and DATA_INTEGRITY_V2 not in contexts:
        return {**document, "@context": [*contexts, DATA_INTEGRITY_V2]}
    return document


def _purposes(document: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    """For what a status shall be kept: `options.credentialStatus` is `{type, statusPurpose}`, or several."""
    first = validation.version(document) == CREDENTIALS_V1
    if "credentialStatus" not in options:
        settled = {"credentialStatus", "proof"} & set(document)
        return ["revocation"] if _number(document.get("id")) and not (first or settled) else []
    asked, found = options["credentialStatus"], list[str]()
    for entry in asked if isinstance(asked, list) else [asked]:
        if not isinstance(entry, Mapping) or entry.get("type") != status_entries.TYPE:
            raise MalformedInputError(f"A status is asked for by its type, {status_entries.TYPE}.")
        purpose = entry.get("statusPurpose", "revocation")
        if not isinstance(purpose, str) or purpose not in status_entries.PURPOSES or purpose in found:
            raise MalformedInputError(f"A status serves one of {', '.join(status_entries.PURPOSES)}.")
        found.append(purpose)
    if found and first:
        raise VcApiIssuanceError("Version 1.1 of the data model has no words for a status list.")
    if found and "proof" in document:
        raise VcApiIssuanceError("Nothing can be added to a credential that was signed before.")
    return found


def _number(identifier: object) -> uuid.UUID | None:
    """The number in a `urn:uuid:` as it is written, None in any other identifier."""
    try:
        number = uuid.UUID(str(identifier).removeprefix("urn:uuid:"))
    except ValueError:
        return None
    return number if number.urn == identifier else None


def _with_status(
    document: Mapping[str, Any], speaker: IssuerIdentity, authority: Authority, purposes: list[str]
) -> tuple[IssuedCredential, dict[str, Any]]:
    """The credential with its places in lists that the same speaker signs, and the row that will change them.

    It is named by a `urn:uuid:`, so that `set_status` finds it.
    """
    number = _number(document.get("id", uuid.uuid4().urn))
    if number is None:
        raise VcApiIssuanceError("A credential whose status is kept is named by a urn:uuid:… identifier.")
    slot = allocate_indexes(authority, StatusList.Kind.BITSTRING, 1)[0]
    entries = status_entries.create_status_entries([_place(slot, speaker, purpose) for purpose in purposes])
    row = IssuedCredential(id=number, status_list=slot.status_list, status_index=slot.index)
    given = validation.entries(document, "credentialStatus")
    return row, {**document, "id": number.urn, "credentialStatus": [*given, *entries]}


def _place(slot: StatusSlot, speaker: IssuerIdentity, purpose: str) -> StatusReference:
    by_key = speaker.name.startswith("did:key:")
    curve = speaker.signer.public_key.curve if by_key else None
    uri = lists.list_uri(slot.status_list, purpose, curve=curve)
    return StatusReference(status_entries.TYPE, uri, slot.index, status_entries.PURPOSES[purpose])


def _sign(
    document: Mapping[str, Any],
    suite: str,
    speaker: IssuerIdentity,
    *,
    options: Mapping[str, Any],
    contexts: Contexts,
    now: datetime,
) -> Mapping[str, Any]:
    if suite == JWT:
        token = jose.sign(document, kind="vc", signer=speaker.signer)
        return envelopes.envelop(token, kind=envelopes.CREDENTIAL)
    names = (*PROOF_OPTIONS, *SUITES[suite].OPTIONS)
    asked = {name: options[name] for name in names if name in options}
    made = pipeline.proof_options(signer=speaker.signer, purpose="assertionMethod", created=now, suite=suite)
    return pipeline.add_proof(document, made | asked, signer=speaker.signer, contexts=contexts)
