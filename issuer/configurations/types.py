"""Credential types on registries: made without code, and what is derived from each of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from django.db import transaction
from django.utils import timezone

from common.formats import USUAL
from common.formats.sd_jwt import type_metadata as metadata
from common.rdf.contexts import type_context
from common.registries.claims import schema as schemas
from common.registries.claims.mapping import Claim, InvalidClaimsError, as_json, label_of, map_claims
from common.registries.connector import RegistryError
from issuer.authorities.certificates import LONGEST_DAYS
from issuer.configurations.formats import format_profile
from issuer.models import Configuration, Registry

COLOURS: Final = ("background_color", "text_color")
_DOCTYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}\Z")
_TYPE = re.compile(r"[A-Z][A-Za-z0-9]{1,63}\Z")


class ConfigurationNotFoundError(RegistryError):
    """No credential configuration has this name."""

    code = "unknown_credential_configuration"
    status = 404


class HasData(Protocol):
    """A record, from a connector or from the table."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The values, by column name."""


@transaction.atomic
def create_configuration(
    registry: Registry,
    *,
    type: str,
    formats: Sequence[str] | None = None,
    claims: Iterable[Claim] | None = None,
    name: str | None = None,
    display: Mapping[str, Any] | None = None,
    validity_days: int | None = None,
    doctype: str | None = None,
    needs_approval: bool = False,
) -> Configuration:
    """A credential type on a registry; asked for again, the same one is brought up to date.

    Claims not given are guessed from the registry's columns, or stay as they are; the name is made of the
    type. `doctype` is that of its mdocs where others defined it.
    """
    if not _TYPE.match(type):
        raise InvalidClaimsError("A credential type is a word such as FarmerCredential: letters and digits.")
    chosen = list(dict.fromkeys(formats or USUAL))
    for format_ in chosen:
        format_profile(format_)
    existing = registry.configurations.filter(type=type, **({"name": name} if name else {})).first()
    if claims is None:
        claims = existing.claim_list() if existing else schemas.guess_claims(registry.columns)
    before = {claim.name: claim for claim in existing.claim_list()} if existing else {}
    claims = tuple(claim.following(before.get(claim.name, claim)) for claim in claims)
    if not claims:
        raise InvalidClaimsError(
            f"Registry {registry.slug} has no columns; import records or give --claims FILE."
        )
    known = {column["name"] for column in registry.columns}
    for claim in claims:
        if known and claim.column not in known:
            raise InvalidClaimsError(
                f"Claim {claim.name}: no column {claim.column!r}; known: {', '.join(sorted(known))}."
            )
    configuration = existing or Configuration(registry=registry, type=type, name=name or _free_name(type))
    if existing is None and Configuration.objects.filter(name=configuration.name).exists():
        raise InvalidClaimsError(f"Configuration {configuration.name} exists on another registry or type.")
    configuration.formats = chosen
    configuration.claims = as_json(claims)
    configuration.display = {"name": _title(type), **configuration.display, **(display or {})}
    configuration.validity_days = validity_days or configuration.validity_days
    configuration.doctype = configuration.doctype if doctype is None else doctype
    configuration.needs_approval = configuration.needs_approval or needs_approval
    _require_mdoc(configuration)
    context_document(configuration)  # refuses names that would not mean anything
    configuration.save()
    return configuration


def _require_mdoc(configuration: Configuration) -> None:
    """Raise unless the certificates under which mdocs are signed last long enough for this type."""
    if configuration.doctype and not _DOCTYPE.match(configuration.doctype):
        raise InvalidClaimsError("A document type is a name such as org.iso.23220.photoid.1.")
    certified = any(format_profile(format_).certified for format_ in configuration.formats)
    if certified and configuration.validity_days > LONGEST_DAYS:
        raise InvalidClaimsError(
            f"An mdoc is valid for {LONGEST_DAYS} days at most; give fewer validity_days."
        )


def find_configuration(name: str) -> Configuration:
    """The configuration of that bare name (`farmer`), with its registry and authority."""
    found = Configuration.objects.select_related("registry__authority").filter(name=name).first()
    if found is None:
        known = ", ".join(Configuration.objects.values_list("name", flat=True)[:50]) or "none yet"
        raise ConfigurationNotFoundError(f"No credential configuration is called {name}; there are: {known}.")
    return found


def published_type(authority: str, name: str) -> Configuration | None:
    """The configuration of that name if this authority issues it; None otherwise."""
    rows = Configuration.objects.select_related("registry__authority")
    return rows.filter(registry__authority__slug=authority, name=name).first()


def claims_of(
    configuration: Configuration, record: HasData, *, now: datetime | None = None
) -> dict[str, Any]:
    """The claims that a credential of this type makes of this record; unknown values are left out."""
    today = (now or timezone.now()).date()
    return map_claims(configuration.claim_list(), record.data, today=today)


def disclosable_paths(configuration: Configuration) -> tuple[tuple[str, ...], ...]:
    """The claim paths that a format with selective disclosure makes separable."""
    return tuple((claim.name,) for claim in configuration.claim_list() if claim.selectively_disclosable)


def credential_schema(configuration: Configuration) -> dict[str, Any]:
    """The JSON Schema that a type's page serves."""
    return schemas.create_json_schema(
        configuration.claim_list(),
        id=configuration.type_url,
        type=configuration.type,
        title=configuration.display["name"],
    )


def credential_type_metadata(configuration: Configuration) -> dict[str, Any]:
    """The SD-JWT VC type metadata that a type's page serves."""
    return metadata.create_type_metadata(
        vct=configuration.vct,
        name=configuration.display["name"],
        description=configuration.display.get("description", ""),
        colours={name: shown for name in COLOURS if (shown := configuration.display.get(name))},
        claims=[
            metadata.ClaimMetadata(
                path=(claim.name,),
                label=claim.label,
                mandatory=claim.mandatory,
                sd="always" if claim.selectively_disclosable else "never",
            )
            for claim in configuration.claim_list()
        ],
    )


def context_document(configuration: Configuration) -> dict[str, Any]:
    """The JSON-LD context that a type's page serves: what its claims mean, and as what they are read.

    A claim is read as it was first published, whatever type it has now: the same JSON must go on meaning the
    same RDF, or no credential of before would verify.
    """
    return type_context(
        type_url=configuration.type_url,
        type_name=configuration.type,
        terms={claim.name: _term(claim) for claim in configuration.claim_list()},
    )


def _term(claim: Claim) -> str | dict[str, str] | None:
    if claim.first_type in ("date", "decimal"):
        return {"iri": claim.vocabulary, "datatype": claim.first_type}
    return claim.vocabulary or None


def _title(type: str) -> str:
    return label_of(type.removesuffix("Credential") or type)


def _free_name(type: str) -> str:
    base = _title(type).lower().replace(" ", "-")[:56]
    taken = set(Configuration.objects.filter(name__startswith=base).values_list("name", flat=True))
    return next(n for n in (base, *(f"{base}-{i}" for i in range(2, 10_000))) if n not in taken)
