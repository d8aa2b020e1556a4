"""The sample world: the same at every start, and its registries agree on who is who."""

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from pytest_django import Settings

from issuer.configurations.types import claims_of
from issuer.models import Authority, Configuration, Record, Registry
from issuer.registries.connectors import open_registry
from issuer.sample.load import WORLD, load_samples
from issuer.sample.people import sample_people
from issuer.sample.registers import REGISTERS

DIGEST = "a0e0788e0f763a44af42b459ab10cbcfeb88cc16ac563136bce35f37ff30b375"
ROWS = {slug: list(rows(sample_people())) for slug, rows in REGISTERS.items()}


def test_the_same_people_at_every_start() -> None:
    again = {slug: list(rows(sample_people())) for slug, rows in REGISTERS.items()}
    assert again == ROWS
    text = json.dumps(ROWS, ensure_ascii=False, sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST
    assert {slug: len(rows) for slug, rows in ROWS.items()} == {
        "population": 407, "births": 328, "social": 261, "farmers": 135, "disabilities": 39, "deaths": 5,
    }  # fmt: skip


def test_they_hang_together() -> None:
    known = {row["national_id"]: row for row in ROWS["population"]}
    assert len(known) == len(ROWS["population"])
    for slug, rows in ROWS.items():
        keys = [row[next(iter(row))] for row in rows]
        assert len(set(keys)) == len(rows)
        assert all(row["national_id"] in known for row in rows), slug
    for act in ROWS["births"]:
        assert act["birth_date"] <= act["registered_on"]
        for parent in ("mother_national_id", "father_national_id"):
            if act[parent] and known[act[parent]]["birth_date"]:
                assert known[act[parent]]["birth_date"][:4] < act["birth_date"][:4]
    households: dict[str, list[dict[str, Any]]] = {}
    for row in ROWS["social"]:
        households.setdefault(row["household_id"], []).append(row)
    for members in households.values():
        assert {row["household_size"] for row in members} == {len(members)}
        assert sum(row["household_role"] == "head" for row in members) == 1


def test_they_are_as_untidy_as_the_real_thing() -> None:
    rows = ROWS["population"]
    names = {row["given_names"] for row in rows}
    assert {"Ñusta Belén", "Qhispi Ñusta", "Sinchi Roca"} <= names
    assert any("1911" in row["birth_date"] for row in rows)
    assert any(len(row["birth_date"]) == 4 for row in rows)
    assert any(not row["birth_date"] for row in rows)
    assert any(not row["family_names"] for row in rows)
    assert any(" " in row["family_names"] for row in rows)
    assert any(row["died_on"] for row in rows)
    assert any(not row["phone"] for row in rows)


def test_the_first_of_each_is_ana() -> None:
    firsts = [rows[0] for slug, rows in ROWS.items() if slug != "deaths"]
    assert [row[next(iter(row))] for row in firsts] == ["P-0001", "B-0001", "S-0001", "F-0001", "D-0001"]
    assert len({row["national_id"] for row in firsts}) == 1
    assert {row["given_names"] for row in firsts} == {"Ana María"}


def test_ana_has_a_husband_who_is_alive() -> None:
    ana, husband = ROWS["population"][0], ROWS["population"][-1]
    assert (husband["population_id"], husband["died_on"]) == ("P-0407", "")
    assert husband["national_id"] in {row["national_id"] for row in ROWS["farmers"]}
    household = [row for row in ROWS["social"] if row["household_id"] == "H-001"]
    assert {row["national_id"] for row in household} >= {ana["national_id"], husband["national_id"]}
    children = [row for row in ROWS["births"] if row["mother_national_id"] == ana["national_id"]]
    assert {row["father_national_id"] for row in children} == {husband["national_id"]}


def test_who_died_is_in_the_register_of_deaths() -> None:
    dead = {row["national_id"]: row["died_on"] for row in ROWS["population"] if row["died_on"]}
    assert {row["national_id"]: row["died_on"] for row in ROWS["deaths"]} == dead
    assert "X-0001" not in {row["death_id"] for row in ROWS["deaths"]}
    assert any(row["spouse_national_id"] for row in ROWS["deaths"])


@pytest.mark.django_db
def test_loading_twice_changes_nothing(settings: Settings) -> None:
    settings.BASE_URL = "http://localhost:8000"
    first = load_samples()
    assert sum(counts["created"] for counts in first.values()) == sum(map(len, ROWS.values()))
    keys = list(Authority.objects.values_list("ed25519_key", "p256_key", "p384_key"))
    moments = list(Record.objects.values_list("pk", "updated_at"))
    second = load_samples()
    assert all((c["created"], c["updated"]) == (0, 0) for c in second.values())
    assert list(Authority.objects.values_list("ed25519_key", "p256_key", "p384_key")) == keys
    assert list(Record.objects.values_list("pk", "updated_at")) == moments
    assert set(Authority.objects.values_list("slug", flat=True)) == {
        "population-register", "civil-registry", "social-registry", "farmer-registry", "disability-registry",
    }  # fmt: skip
    assert set(Configuration.objects.values_list("name", flat=True)) == {
        "identity", "birth", "enrolment", "farmer", "disability", "death",
    }  # fmt: skip


@pytest.mark.django_db
def test_every_type_can_be_issued_to_ana(settings: Settings, now: datetime) -> None:
    settings.BASE_URL = "http://localhost:8000"
    load_samples()
    said = {
        c.name: claims_of(c, open_registry(c.registry).fetch(f"{letter}-0001"), now=now)
        for c in Configuration.objects.exclude(name="death")
        for letter in ["PBSFD"[[register.configuration for register in WORLD].index(c.name)]]
    }
    assert said["identity"]["age_over_18"] is True
    assert said["identity"]["birth_date"] == "1987-03-14"
    assert said["birth"]["mother_name"] == "Sebastiana Ñahui Choque"
    assert said["enrolment"]["enrolment_status"] == "active"
    assert said["farmer"]["main_crop"] == "Quinoa"
    assert isinstance(said["farmer"]["harvest_kg"], int)
    assert said["farmer"]["irrigated"] is True
    assert said["disability"]["disability_type"] == "hearing"
    for claims in said.values():
        assert (claims["given_name"], claims["family_name"]) == ("Ana María", "Quispe Ñahui")


@pytest.mark.django_db
def test_no_record_holds_a_value_of_the_wrong_type(settings: Settings, now: datetime) -> None:
    settings.BASE_URL = "http://localhost:8000"
    load_samples()
    for registry in Registry.objects.exclude(slug="social"):
        configuration = registry.configurations.get()
        for record in registry.records.all():
            assert claims_of(configuration, record, now=now)["national_id"] == record.data["national_id"]


@pytest.mark.django_db
def test_the_officers_password_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_samples", "--json")
    told = json.loads(capsys.readouterr().out)["officer"]
    officer = authenticate(username="officer", password=told["password"])
    assert officer is not None
    assert not officer.is_superuser  # who keeps a registry does not run the installation
    call_command("load_samples", "--json")
    assert json.loads(capsys.readouterr().out)["officer"] == {"username": "officer"}
    assert authenticate(username="officer", password=told["password"])
    call_command("load_samples", "--json", officer_password="another-pass")
    assert json.loads(capsys.readouterr().out)["officer"] == {"username": "officer"}
    assert authenticate(username="officer", password="another-pass")
    assert get_user_model().objects.count() == 1
