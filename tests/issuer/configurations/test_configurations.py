"""Credential types made of columns, and the claims that records support."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from common.errors import UnknownPartError
from common.registries.claims.mapping import Claim, InvalidClaimsError, RecordIncompleteError
from common.registries.connector import RegistryRecord
from issuer.configurations.types import (
    ConfigurationNotFoundError,
    claims_of,
    context_document,
    create_configuration,
    credential_schema,
    credential_type_metadata,
    disclosable_paths,
    find_configuration,
)
from issuer.models import Configuration, Registry
from issuer.registries.store import create_registry

pytestmark = pytest.mark.django_db
COLUMNS = [
    {"name": "id", "label": "Id", "type": "string"},
    {"name": "Fecha de nacimiento", "label": "Fecha de nacimiento", "type": "date"},
    {"name": "landArea", "label": "Land area", "type": "decimal"},
    {"name": "cattle", "label": "Cattle", "type": "integer"},
    {"name": "tenant", "label": "Tenant", "type": "boolean"},
]


@pytest.fixture
def registry(settings: Settings) -> Registry:
    settings.BASE_URL = "http://localhost:8000"
    return create_registry("farms", title="Farms", authority="farm-office", key_column="id", columns=COLUMNS)


def test_claims_are_guessed_from_columns(registry: Registry) -> None:
    made = create_configuration(registry, type="FarmSubsidyCredential")
    assert (made.name, made.formats) == ("farm-subsidy", ["ldp_vc", "dc+sd-jwt"])
    assert [(claim.name, claim.label, claim.type) for claim in made.claim_list()] == [
        ("record_id", "Id", "string"),
        ("fecha_de_nacimiento", "Fecha de nacimiento", "date"),
        ("landArea", "Land area", "decimal"),
        ("cattle", "Cattle", "integer"),
        ("tenant", "Tenant", "boolean"),
    ]
    assert disclosable_paths(made) == tuple((claim.name,) for claim in made.claim_list())
    assert made.display["name"] == "Farm subsidy"
    assert made.type_url == made.vct == "http://localhost:8000/issuers/farm-office/types/farm-subsidy"
    assert list(made.format_ids()) == ["farm-subsidy.ldp_vc", "farm-subsidy.dc+sd-jwt"]


def test_words_of_the_data_model_keep_their_meaning(registry: Registry) -> None:
    columns = [
        {"name": n, "type": t} for n, t in (("name", "string"), ("description", "decimal"), ("type", "date"))
    ]
    other = create_registry(
        "herds", title="Herds", authority="farm-office", key_column="name", columns=columns
    )
    made = create_configuration(other, type="HerdCredential")
    assert [claim.name for claim in made.claim_list()] == ["name", "record_description", "record_type"]
    assert "name" not in context_document(made)["@context"]


def test_a_record_becomes_claims_of_their_types(registry: Registry) -> None:
    made = create_configuration(registry, type="FarmCredential")
    data = {
        "id": "1",
        "Fecha de nacimiento": "1990-05-25",
        "landArea": "2.50",
        "cattle": "12",
        "tenant": "sí",
    }
    assert claims_of(made, RegistryRecord("1", data)) == {
        "record_id": "1",
        "fecha_de_nacimiento": "1990-05-25",
        "landArea": "2.50",
        "cattle": 12,
        "tenant": True,
    }
    assert claims_of(made, RegistryRecord("1", {"id": "1", "cattle": ""})) == {"record_id": "1"}


def test_again_is_the_same_and_keeps_its_claims(registry: Registry) -> None:
    first = create_configuration(registry, type="FarmCredential", claims=[Claim("cattle", "cattle", "Cows")])
    second = create_configuration(registry, type="FarmCredential", formats=["dc+sd-jwt"])
    assert (first.pk, Configuration.objects.count()) == (second.pk, 1)
    assert [claim.label for claim in second.claim_list()] == ["Cows"]
    assert second.formats == ["dc+sd-jwt"]


def test_a_second_registry_gets_a_name_of_its_own(registry: Registry) -> None:
    other = create_registry("farms-2", title="F", authority="farm-office", key_column="id", columns=COLUMNS)
    create_configuration(registry, type="FarmCredential")
    assert create_configuration(other, type="FarmCredential").name == "farm-2"
    with pytest.raises(InvalidClaimsError, match="exists on another registry"):
        create_configuration(other, type="CattleCredential", name="farm")


def test_what_cannot_be_used_is_refused(registry: Registry) -> None:
    with pytest.raises(UnknownPartError, match=r"known: dc\+sd-jwt, .*ldp_vc"):
        create_configuration(registry, type="FarmCredential", formats=["pdf"])
    with pytest.raises(InvalidClaimsError, match="letters and digits"):
        create_configuration(registry, type="farm credential")
    with pytest.raises(InvalidClaimsError, match="no column 'horses'"):
        create_configuration(registry, type="FarmCredential", claims=[Claim("horses", "horses", "Horses")])
    with pytest.raises(ConfigurationNotFoundError, match="there are: none yet"):
        find_configuration("farm")


def test_what_a_type_publishes_of_itself(registry: Registry) -> None:
    claims = [
        Claim("born", "Fecha de nacimiento", "Born", "date", "https://publicschema.org/date_of_birth"),
        Claim("cattle", "cattle", "Cows", "integer", mandatory=True, selectively_disclosable=False),
    ]
    made = create_configuration(registry, type="FarmCredential", claims=claims)
    terms = context_document(made)["@context"]
    assert terms["FarmCredential"] == made.type_url
    assert terms["born"]["@id"] == "https://publicschema.org/date_of_birth"
    assert terms["born"]["@type"] == "http://www.w3.org/2001/XMLSchema#date"
    assert terms["cattle"] == f"{made.type_url}#cattle"
    subject = credential_schema(made)["properties"]["credentialSubject"]
    assert subject["required"] == ["cattle"]
    assert subject["properties"]["born"] == {"title": "Born", "type": "string", "format": "date"}
    described = credential_type_metadata(made)
    assert described["vct"] == made.vct
    assert [(claim["path"], claim["sd"]) for claim in described["claims"]] == [
        (["born"], "always"),
        (["cattle"], "never"),
    ]
    assert disclosable_paths(made) == (("born",),)


def test_age_is_worked_out_on_the_day_of_issuance(registry: Registry) -> None:
    claims = [Claim("of_age", "Fecha de nacimiento", "Of age", "boolean", derive="age_over", years=18)]
    made = create_configuration(registry, type="AgeCredential", claims=claims)
    record = RegistryRecord("1", {"Fecha de nacimiento": "2008-11-21"})
    assert claims_of(made, record, now=datetime(2026, 11, 20, tzinfo=UTC)) == {"of_age": False}
    assert claims_of(made, record, now=datetime(2026, 11, 21, tzinfo=UTC)) == {"of_age": True}


def test_a_record_that_lacks_what_must_be_said(registry: Registry) -> None:
    claims = [Claim("cattle", "cattle", "Cows", "integer", mandatory=True)]
    made = create_configuration(registry, type="FarmCredential", claims=claims)
    with pytest.raises(RecordIncompleteError, match="Cows"):
        claims_of(made, RegistryRecord("1", {"id": "1"}))


def test_the_command(registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    described = tmp_path / "claims.json"
    described.write_text(json.dumps([{"name": "cows", "column": "cattle", "type": "integer"}]))
    call_command("create_configuration", "farms", "--type", "FarmCredential", "--json", "--claims", described)
    assert json.loads(capsys.readouterr().out) == {
        "configuration_id": "farm",
        "formats": ["ldp_vc", "dc+sd-jwt"],
    }
    assert find_configuration("farm").claim_list()[0].label == "Cows"
    with pytest.raises(CommandError, match="No registry is called nowhere; there are: farms"):
        call_command("create_configuration", "nowhere", "--type", "FarmCredential")
