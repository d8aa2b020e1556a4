"""The sample world: five authorities, their six registries, and a credential type on each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction

from common.registries.claims.mapping import Claim, label_of
from common.registries.connector import RegistryRecord
from issuer.configurations.types import create_configuration
from issuer.models import Configuration
from issuer.registries.store import create_registry, store_records
from issuer.sample.agreements import agree
from issuer.sample.people import sample_people
from issuer.sample.registers import REGISTERS
from issuer.sample.rules import RULES
from issuer.sample.spdci import MAPPINGS, PLACES
from issuer.spdci.serve import serve_registry
from issuer.sync.rules import set_rules

PUBLIC_SCHEMA: Final = "https://publicschema.org/"


@dataclass(frozen=True, slots=True)
class SampleRegister:
    """One authority's registry and the credential type made of it."""

    slug: str
    title: str
    authority: str
    authority_name: str
    key_column: str
    configuration: str
    type: str
    display: Mapping[str, str]
    claims: tuple[Claim, ...]
    validity_days: int
    types: Mapping[str, str]  # columns that are not text


def _named(column: str, term: str, **options: Any) -> Claim:
    """A claim whose meaning PublicSchema defines."""
    return _own(column, vocabulary=PUBLIC_SCHEMA + term, **options)


def _own(column: str, *, name: str = "", label: str = "", **options: Any) -> Claim:
    name = name or column
    return Claim(name=name, column=column, label=label or label_of(name), **options)


_PERSON: Final = (
    _own("national_id", label="National ID", mandatory=True),
    _named("given_names", "given_name", name="given_name", label="Given names", mandatory=True),
    _named("family_names", "family_name", name="family_name", label="Family names"),
)
_BORN: Final = (
    _named("birth_date", "date_of_birth", label="Date of birth", type="date"),
    _own("sex"),
    _own("place_of_birth"),
)


def _age_over(years: int) -> Claim:
    return Claim(
        name=f"age_over_{years}", column="birth_date", label=f"Aged {years} or over", type="boolean",
        derive="age_over", years=years,
    )  # fmt: skip


WORLD: Final = (
    SampleRegister(
        slug="population",
        title="Population register",
        authority="population-register",
        authority_name="National Population Register",
        key_column="population_id",
        configuration="identity",
        type="IdentityCredential",
        display={"name": "Identity", "description": "Who you are, as the population register knows you."},
        claims=(
            *_PERSON,
            *_BORN,
            _own("address"),
            _own("municipality"),
            _named("phone", "phone_number", name="phone_number", label="Telephone"),
            _age_over(18),
            _age_over(65),
        ),
        validity_days=5 * 365,
        types={"birth_date": "date", "died_on": "date"},
    ),
    SampleRegister(
        slug="births",
        title="Register of births",
        authority="civil-registry",
        authority_name="Civil Registry",
        key_column="birth_id",
        configuration="birth",
        type="BirthCredential",
        display={"name": "Birth certificate", "description": "Your birth as it was registered."},
        claims=(
            _own("act_number", label="Number of the act"),
            replace(_PERSON[0], mandatory=False),  # a newborn has no number yet
            *_PERSON[1:],
            *_BORN,
            _own("mother_name", label="Mother"),
            _own("father_name", label="Father"),
            _own("registered_on", type="date"),
        ),
        validity_days=10 * 365,
        types={"birth_date": "date", "registered_on": "date"},
    ),
    SampleRegister(
        slug="social",
        title="Social registry",
        authority="social-registry",
        authority_name="Social Registry",
        key_column="social_id",
        configuration="enrolment",
        type="EnrolmentCredential",
        display={"name": "Programme enrolment", "description": "The social programme you are enrolled in."},
        claims=(
            *_PERSON,
            _own("household_id", label="Household"),
            _own("household_role", label="Role in the household"),
            _own("household_size", type="integer"),
            _own("municipality"),
            _named("programme", "program_ref", mandatory=True),
            _named("enrolment_status", "enrollment_status"),
            _named("enrolled_on", "enrollment_date", type="date"),
            _own("monthly_amount", type="decimal"),
        ),
        validity_days=365,
        types={"household_size": "integer", "enrolled_on": "date", "monthly_amount": "decimal"},
    ),
    SampleRegister(
        slug="farmers",
        title="Farmer registry",
        authority="farmer-registry",
        authority_name="Ministry of Agriculture, Farmer Registry",
        key_column="farmer_id",
        configuration="farmer",
        type="FarmerCredential",
        display={"name": "Farmer", "description": "Your farm, its parcel, its crops and the last harvest."},
        claims=(
            _own("farmer_id", label="Farmer number", mandatory=True),
            *_PERSON,
            _own("municipality"),
            _own("parcel_id", label="Parcel", mandatory=True),
            _own("parcel_area_ha", label="Area in hectares", type="decimal"),
            _own("tenure"),
            _own("irrigated", type="boolean"),
            _own("main_crop"),
            _own("second_crop"),
            _own("harvest_season"),
            _own("harvest_kg", label="Harvest in kilograms", type="integer"),
            _own("farmer_since"),
        ),
        validity_days=365,
        types={"parcel_area_ha": "decimal", "irrigated": "boolean", "harvest_kg": "integer"},
    ),
    SampleRegister(
        slug="disabilities",
        title="Disability registry",
        authority="disability-registry",
        authority_name="National Council on Disability",
        key_column="disability_id",
        configuration="disability",
        type="DisabilityCredential",
        display={"name": "Disability", "description": "What the assessment commission found."},
        claims=(
            *_PERSON,
            _own("disability_type", label="Kind of disability", mandatory=True),
            _own("degree_percent", label="Degree in percent", type="integer"),
            _own("assessed_on", type="date"),
            _own("permanent", type="boolean"),
            _own("review_due", type="date"),
            _own("assistive_device"),
        ),
        validity_days=2 * 365,
        types={
            "degree_percent": "integer", "assessed_on": "date", "permanent": "boolean", "review_due": "date",
        },
    ),
    SampleRegister(
        slug="deaths",
        title="Register of deaths",
        authority="civil-registry",
        authority_name="Civil Registry",
        key_column="death_id",
        configuration="death",
        type="DeathCredential",
        display={"name": "Death certificate", "description": "A death as it was registered, for the family."},
        claims=(
            _own("death_id", label="Number of the act", mandatory=True),
            *_PERSON,
            _own("died_on", label="Date of death", type="date", mandatory=True),
            _own("spouse_national_id", label="National ID of the spouse"),
            _own("registered_on", type="date"),
        ),
        validity_days=10 * 365,
        types={"died_on": "date", "registered_on": "date"},
    ),
)  # fmt: skip


@transaction.atomic
def load_samples() -> dict[str, dict[str, Any]]:
    """The whole world, made once; loaded again it changes nothing. Counts by registry."""
    everybody = sample_people()
    loaded = {}
    for register in WORLD:
        rows = list(REGISTERS[register.slug](everybody))
        labels = {claim.column: claim.label for claim in register.claims if not claim.derive}
        registry = create_registry(
            register.slug,
            title=register.title,
            authority=register.authority,
            authority_name=register.authority_name,
            key_column=register.key_column,
            columns=[
                {
                    "name": name,
                    "label": labels.get(name, label_of(name)),
                    "type": register.types.get(name, "string"),
                }
                for name in rows[0]
            ],
        )
        counts = store_records(
            registry,
            (
                RegistryRecord(str(row[register.key_column]), {n: v for n, v in row.items() if v != ""})
                for row in rows
            ),
        )
        create_configuration(
            registry,
            type=register.type,
            name=register.configuration,
            claims=register.claims,
            display=register.display,
            validity_days=register.validity_days,
        )
        if register.slug in MAPPINGS:
            serve_registry(registry, MAPPINGS[register.slug], place_column=PLACES.get(register.slug, ""))
        loaded[register.slug] = {
            "authority": register.authority,
            "configuration": register.configuration,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
        }
    for name, rules in RULES.items():
        configuration = Configuration.objects.select_related("registry__authority").get(name=name)
        if not configuration.rules:
            set_rules(configuration, rules)
    agree()
    return loaded
