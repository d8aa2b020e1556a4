"""What a credential says of resources elsewhere: digests of related ones, and schemas that it satisfies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.did import Fetch
from common.encoding import strict_json
from common.errors import MalformedInputError, SelloError, UndeterminedError
from common.formats import FORMATS
from common.formats.base import Secured, Sources, VerifiedCredential
from common.formats.detect import find_format
from common.formats.w3c import envelopes
from common.vcdm import validation
from common.vcdm.related_resources import Known, check_related_resources
from common.vcdm.schemas import SchemaMismatchError, check_schemas

# Servers that know a schema among other documents of one address shall send the schema.
SCHEMA: str = "application/schema+json, application/vc;q=0.8, application/json;q=0.5"
NAMES = ("relatedResource", "credentialSchema")


def has_references(credential: VerifiedCredential) -> bool:
    """Whether there is anything of the kind; only the W3C formats have words for it."""
    return FORMATS[credential.format].traits.data_model and any(name in credential.document for name in NAMES)


def check_references(
    document: Mapping[str, Any],
    *,
    fetch: Fetch,
    known: Mapping[str, Known],
    sources: Sources,
    now: datetime,
    written: Mapping[str, Any] | None = None,
    whole: bool = True,
) -> None:
    """Raise unless resources and schemas are as a validated document says (VC Data Model 2.0 §4.11, §5.3).

    `UndeterminedError` where one cannot be had or read. Of a document that its holder shows in part, schemas
    are not asked: they speak of it as a `whole`. They are asked of the JSON as it was `written`, where the
    document was read from that and may have another form.
    """
    check_related_resources(document, fetch=lambda url: fetch(url).body, known=known)
    if whole and validation.entries(document, "credentialSchema"):
        check_schemas(
            document,
            written=written,
            fetch=lambda url: fetch(url, accept=SCHEMA).body,
            open_credential=lambda content: open_credential(content, sources=sources, now=now),
        )


def open_credential(content: bytes, *, sources: Sources, now: datetime) -> Mapping[str, Any]:
    """A credential that lies where a schema was looked for; secured, it must hold (VC JSON Schema §4.1)."""
    text = content.decode("utf-8", "replace").strip()
    secured: Secured = strict_json.loads_object(content) if text.startswith("{") else text
    if isinstance(secured, Mapping):
        if envelopes.is_envelope(secured):
            secured = envelopes.open_envelope(secured, kind=envelopes.CREDENTIAL)
        elif "proof" not in secured:
            return secured
    try:
        _, format_, kind = find_format(secured)
        if kind != "credential":
            raise MalformedInputError("A schema stands in a credential.")
        return format_.verify_credential(secured, sources=sources, now=now).document
    except UndeterminedError:
        raise
    except SelloError as error:
        raise SchemaMismatchError(
            "The credential that holds a schema does not hold.", detail=error.public
        ) from error
