"""What a credential says of resources elsewhere: digests of related ones, and schemas that it satisfies."""

from collections.abc import Mapping
from typing import Any

from common.did import Fetch
from common.encoding import strict_json
from common.formats.base import VerifiedCredential
from common.vcdm import validation
from common.vcdm.related import Known, check_related_resources
from common.vcdm.schemas import check_schemas

# Servers that know a schema among other documents of one address shall send the schema.
SCHEMA: str = "application/schema+json, application/json;q=0.5"
NAMES = ("relatedResource", "credentialSchema")


def has_references(credential: VerifiedCredential) -> bool:
    """Whether there is anything of the kind; only the W3C formats have words for it."""
    return credential.format not in ("dc+sd-jwt", "mso_mdoc") and any(
        name in credential.document for name in NAMES
    )


def check_references(
    document: Mapping[str, Any], *, fetch: Fetch, known: Mapping[str, Known], whole: bool = True
) -> None:
    """Raise unless resources and schemas are as a validated document says (VC Data Model 2.0 §4.11, §5.3).

    `FetchFailed` where one cannot be had. Of a document that its holder shows in part, schemas are not asked:
    they speak of it as a `whole`.
    """

    def schema(url: str) -> Mapping[str, Any]:
        return strict_json.loads_object(fetch(url, accept=SCHEMA).body, floats=True)

    check_related_resources(document, fetch=lambda url: fetch(url).body, known=known)
    if whole and validation.entries(document, "credentialSchema"):
        check_schemas(document, fetch=schema)
