"""A credential type on a registry: which claims are made of its records, in which formats, for how long."""

from django.db import models

from common.formats.traits import TypeNames
from common.registries.claims.mapping import Claim, parse_claim_mapping, vocabulary_of
from common.registries.rules.credential_rules import Rule, parse_credential_rules
from issuer.models.authority import Authority
from issuer.models.registry import Registry


class Configuration(models.Model):
    """`farmer` on the farmer registry; in OpenID4VCI metadata it is one configuration a format."""

    name = models.SlugField(max_length=64, unique=True)
    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="configurations")
    type = models.CharField(max_length=64)
    formats = models.JSONField(default=list)
    claims = models.JSONField(default=list)  # as common.registries.claims.mapping.as_json writes them
    rules = models.JSONField(
        default=list, blank=True
    )  # as common.registries.rules.credential_rules.parse_credential_rules reads them
    display = models.JSONField(default=dict)  # {"name", "description", "background_color", "text_color"}
    doctype = models.CharField(max_length=200, blank=True)  # of its mdocs; empty: the type's own page
    validity_days = models.PositiveIntegerField(default=365)
    needs_approval = models.BooleanField(
        default=False, help_text="An officer looks at each request before anything is issued."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def authority(self) -> Authority:
        """Whoever keeps the registry issues what is said of its records."""
        return self.registry.authority

    @property
    def type_url(self) -> str:
        """The page, schema, context and type metadata of this type."""
        return f"{self.authority.identifier}/types/{self.name}"

    @property
    def vct(self) -> str:
        """The SD-JWT VC type."""
        return self.type_url

    @property
    def document_type(self) -> str:
        """The type of its mdocs: one that others defined, or the type's own page."""
        return self.doctype or self.type_url

    @property
    def names(self) -> TypeNames:
        """What the type is called in each of its formats."""
        return TypeNames(type=self.type, type_url=self.type_url, vct=self.vct, doctype=self.document_type)

    def format_ids(self) -> dict[str, str]:
        """OpenID4VCI configuration identifiers, each with its format: `farmer.dc+sd-jwt`."""
        return {f"{self.name}.{format_}": format_ for format_ in self.formats}

    def claim_list(self) -> tuple[Claim, ...]:
        """The claims as values."""
        return parse_claim_mapping(self.claims)

    def rule_list(self) -> tuple[Rule, ...]:
        """The rules by which registries lead it, as values."""
        return parse_credential_rules(self.rules)

    def vocabulary(self) -> dict[str, str]:
        """The IRI of each claim's meaning, by claim name."""
        return {claim.name: vocabulary_of(claim, type_url=self.type_url) for claim in self.claim_list()}
