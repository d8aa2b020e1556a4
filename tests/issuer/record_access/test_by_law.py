"""Readings by law: a mandate that cites it, no more than it names, and in the citizen's sight."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from common.did import did_key
from common.formats.base import Holder
from common.keys import PrivateKey
from common.registries.record_access.grant import Subject
from issuer.issuance.credential_request import issue_directly
from issuer.models import AccessLog, Basis, Consent, DataAgreement
from tests.issuer.record_access.consents_fixture import _three_months as _three_months
from tests.issuer.record_access.consents_fixture import again, sign
from tests.issuer.record_access.test_endpoints import AccessSite, refusal
from tests.issuer.record_access.test_endpoints import site as site  # the fixture

pytestmark = pytest.mark.django_db


class TestByLaw:
    """A public body reads what a law lets it, through the same door."""

    @pytest.fixture(autouse=True)
    def _mandate(self, site: AccessSite) -> None:
        DataAgreement.objects.update(
            basis=Basis.LAW,
            legal_basis="Law 12, article 3",
            attributes=["crop", "grows", "fallow", "unknown"],
            derived={
                "grows": {"column": "crop", "derive": "present"},
                "fallow": {"column": "crop", "derive": "absent"},
                "unknown": {"column": "no_such_column", "derive": "absent"},
            },
        )

    def test_who_is_asked_about_by_number(self, site: AccessSite) -> None:
        asked = {"attributes": ["grows", "fallow", "unknown"]}
        answer = site.attributes(Subject("40170002"), **asked)
        assert answer == {"grows": True, "fallow": False, "unknown": None}
        row = AccessLog.objects.get()
        assert (row.basis, row.legal_basis, row.consent) == ("law", "Law 12, article 3", None)
        assert row.record_key == "F-0002"
        assert not Consent.objects.exists()

    def test_the_citizen_sees_it(self, site: AccessSite, bruno: PrivateKey) -> None:
        holder = Holder(bruno.public_key, did_key.encode(bruno.public_key))
        own = site.registry.configurations.get()
        issue_directly(own, "F-0002", "dc+sd-jwt", holder=holder, now=datetime.now(UTC))
        site.attributes(Subject("40170002"), attributes=["grows"])
        [entry] = site.log(bruno).json()["entries"]
        assert (entry["basis"], entry["legal_basis"], entry["attributes"]) == (
            "law", "Law 12, article 3", ["grows"],
        )  # fmt: skip
        assert "40170002" not in json.dumps(entry)
        assert site.log(site.ana).json()["entries"] == []  # her key is not of that registry

    def test_no_more_than_the_mandate(self, site: AccessSite) -> None:
        assert refusal(site.ask(Subject("40170002"), attributes=["family_name"])) == (403, "access_denied")
        assert refusal(site.ask(Subject("nobody"))) == (403, "access_denied")
        assert {row.outcome for row in AccessLog.objects.all()} == {"refused"}
        assert "nobody" not in json.dumps(list(AccessLog.objects.values()), default=str)

    def test_consent_is_not_its_basis(self, site: AccessSite) -> None:
        assert refusal(sign(site)) == (403, "access_denied")
        assert refusal(again(site, str(uuid4()))) == (403, "access_denied")

    def test_a_request_by_law_is_used_once(self, site: AccessSite) -> None:
        assert site.ask(Subject("40170002"), jti="once").status_code == 200
        assert refusal(site.ask(Subject("40170002"), jti="once")) == (400, "invalid_grant")


def test_a_private_provider_cannot_use_the_public_rule(site: AccessSite) -> None:
    assert refusal(site.ask(Subject("40170002"))) == (403, "access_denied")
    assert AccessLog.objects.get().problem == "access_denied"


def test_a_mandate_cites_its_law(site: AccessSite) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        DataAgreement.objects.update(basis=Basis.LAW)
