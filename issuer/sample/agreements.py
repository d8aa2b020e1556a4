"""What the sample registries let others read: a clinic by the person's consent, a paying agency by a law."""

from django.conf import settings

from common.did import did_web
from issuer.models import Basis, Configuration, DataAgreement, Registry


def agree() -> None:
    """Write down every agreement of the sample world; what stands is brought up to date."""
    _agree_with_the_clinic()
    _agree_with_the_paying_agency()


def _agree_with_the_clinic() -> None:
    """What the disability registry lets the sample clinic read, of people who show who they are.

    Once, or, where they sign for it, again and again for up to three months.
    """
    registry = Registry.objects.select_related("authority").get(slug="disabilities")
    evidence = Configuration.objects.filter(name__in=("identity", "disability")).select_related("registry")
    agreed = {
        "registry": registry,
        "client_name": "Santa Rosa Clinic",
        "evidence_types": [configuration.type_url for configuration in evidence],
        "evidence_issuers": [configuration.registry.authority.did for configuration in evidence],
        "evidence_claim": "national_id",
        "matching_column": "national_id",
    }
    lasting = {"attributes": ["disability_type", "assistive_device"], "longest_days": 90}
    for slug, purpose, more in (
        (
            "clinic",
            "Care and devices that you are entitled to",
            {"attributes": ["given_names", "disability_type", "degree_percent", "assistive_device"]},
        ),
        ("clinic-care", "Care over time: appointments and devices that fit", lasting),
    ):
        DataAgreement.objects.update_or_create(
            authority=registry.authority,
            client_id=did_web.encode(f"{settings.VERIFIER_URL}/services/{slug}"),
            purpose=purpose,
            defaults={**agreed, **more},
        )


def _agree_with_the_paying_agency() -> None:
    """What a law lets the sample's paying agency ask the population register: yes or no, and nothing else."""
    registry = Registry.objects.select_related("authority").get(slug="population")
    DataAgreement.objects.update_or_create(
        authority=registry.authority,
        client_id=did_web.encode(f"{settings.VERIFIER_URL}/services/subsidy"),
        purpose="Paying nobody who has died",
        defaults={
            "registry": registry,
            "client_name": "National Paying Agency",
            "basis": Basis.LAW,
            "legal_basis": "Law 2021/14 on social payments, article 12: proof of life from the register",
            "evidence_types": [],
            "evidence_issuers": [],
            "evidence_claim": "",
            "matching_column": "national_id",
            "attributes": ["alive"],
            "derived": {"alive": {"column": "died_on", "derive": "absent"}},
        },
    )
