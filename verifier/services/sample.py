"""The services of the sample world, and whose word they take."""

from typing import Any, Final

from django.conf import settings
from django.db import transaction

from common.did import did_web
from verifier.models import Service, TrustedIssuer
from verifier.payments.programmes.sample import load_programmes
from verifier.services.actions import check_action

CREDENTIALS: Final = {  # credential: its authority, and what people call that
    "identity": ("population-register", "National Population Register"),
    "birth": ("civil-registry", "Civil Registry"),
    "death": ("civil-registry", "Civil Registry"),
    "enrolment": ("social-registry", "Social Registry"),
    "farmer": ("farmer-registry", "Ministry of Agriculture, Farmer Registry"),
    "disability": ("disability-registry", "National Council on Disability"),
}
LABELS: Final = {
    "national_id": "National ID",
    "given_name": "Given names",
    "family_name": "Family names",
    "birth_date": "Date of birth",
    "farmer_id": "Farmer number",
    "parcel_id": "Parcel",
    "harvest_kg": "Harvest in kilograms",
    "spouse_national_id": "National ID of the husband or wife who lives",
    "died_on": "Day of death",
    "age_over_18": "Whether you are 18 or over, and not your age",
}


@transaction.atomic
def load_services() -> dict[str, Any]:
    """The sample services as they are meant to be."""
    load_programmes()
    for service in _services():
        slug = service.pop("slug")
        check_action(service["action"], service["parameters"])
        Service.objects.update_or_create(slug=slug, defaults=service)
    if settings.ISSUER_URL != settings.BASE_URL:
        _trust_the_authorities()
    return {
        "services": list(Service.objects.values_list("slug", flat=True)),
        "trusted_issuers": TrustedIssuer.objects.count(),
    }


def _trust_the_authorities() -> None:
    """Each authority of another house, under both its names, for the type it keeps."""
    for credential, (authority, name) in CREDENTIALS.items():
        for issuer in (issuer_url(authority), did_web.encode(issuer_url(authority))):
            TrustedIssuer.objects.get_or_create(
                issuer=issuer, type=type_url(credential), defaults={"name": name}
            )


def issuer_url(authority: str) -> str:
    """An authority's identifier."""
    return f"{settings.ISSUER_URL}/issuers/{authority}"


def type_url(credential: str) -> str:
    """A credential type: its `vct`, and the IRI that its JSON-LD type means."""
    return f"{issuer_url(CREDENTIALS[credential][0])}/types/{credential}"


def _sd_jwt(id: str, credential: str, claims: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    meta = {"vct_values": [type_url(credential)]}
    return {"id": id, "format": "dc+sd-jwt", "meta": meta, "claims": claims, **more}


def _ldp(id: str, credential: str, claims: list[dict[str, Any]]) -> dict[str, Any]:
    meta = {"type_values": [[type_url(credential)]]}
    return {"id": id, "format": "ldp_vc", "meta": meta, "claims": claims}


def _paths(*names: str) -> list[dict[str, Any]]:
    return [{"path": [name]} for name in names]


def _subject_paths(*names: str) -> list[dict[str, Any]]:
    return [{"path": ["credentialSubject", name]} for name in names]


def _services() -> list[dict[str, Any]]:
    return [_clinic(), _clinic_care(), _subsidy(), _widows_pension(), _mobile_money(), _over_18()]


def _clinic() -> dict[str, Any]:
    documents = {"identity": "Identity", "disability": "Disability"}
    ids = [f"{name}{suffix}" for name in documents for suffix in ("", "_ldp")]
    return {
        "slug": "clinic",
        "title": "Care at the clinic",
        "provider": "Santa Rosa Clinic",
        "purpose": "To open your record at the disability registry, so that you get the care and the "
        "devices that you are entitled to.",
        "action": "registry",
        "query": {
            "credentials": [
                query
                for name in documents
                for query in (
                    _sd_jwt(name, name, _paths("national_id")),
                    _ldp(f"{name}_ldp", name, _subject_paths("national_id")),
                )
            ],
            "credential_sets": [{"options": [[name] for name in ids]}],
        },
        "parameters": {
            "authority": issuer_url("disability-registry"),
            "authority_name": CREDENTIALS["disability"][1],
            "purpose": "Care and devices that you are entitled to",
            "labels": {
                "given_names": "Given names",
                "family_names": "Family names",
                "disability_type": "Kind of disability",
                "degree_percent": "Degree in percent",
                "permanent": "Permanent",
                "assistive_device": "Assistive device",
            },
            "documents": {name: documents[name.removesuffix("_ldp")] for name in ids},
            "claims": LABELS,
        },
    }


def _clinic_care() -> dict[str, Any]:
    """The same clinic and registry; the person agrees to two attributes being read again for a month."""
    clinic = _clinic()
    labels = clinic["parameters"]["labels"]
    asked = ["disability_type", "assistive_device"]
    return {
        **clinic,
        "slug": "clinic-care",
        "title": "Care over time",
        "purpose": "To look up, before each appointment of the coming month, whether your needs or your "
        "device have changed.",
        "parameters": {
            **clinic["parameters"],
            "purpose": "Care over time: appointments and devices that fit",
            "consent": {"attributes": asked, "days": 30},
            "labels": {name: labels[name] for name in asked},
        },
    }


def _subsidy() -> dict[str, Any]:
    names = ("farmer_id", "parcel_id", "harvest_kg")
    return {
        "slug": "subsidy",
        "title": "Farmers' subsidy 2026",
        "provider": "National Paying Agency",
        "purpose": "To pay this year's subsidy to the farmer who works the parcel, once: USD 0.10 for each "
        "kilogram of the last harvest, at most USD 150.",
        "action": "payment",
        "query": {
            "credentials": [
                _sd_jwt("farmer", "farmer", _paths(*names)),
                _ldp("farmer_ldp", "farmer", _subject_paths(*names)),
            ],
            "credential_sets": [{"options": [["farmer"], ["farmer_ldp"]]}],
        },
        "parameters": {
            "payment": {
                "programme": "subsidy",
                "documents": {"farmer_ldp": "farmer"},
                "purpose": "Farmers' subsidy 2026",
                "reference": "SUBSIDY-2026",
                "payee": "Cash at the counter of the paying agency",
            },
            "mandate": {
                "authority": issuer_url("population-register"),
                "authority_name": CREDENTIALS["identity"][1],
                "purpose": "Paying nobody who has died",
                "attributes": ["alive"],
            },
            "documents": {"farmer": "Farmer", "farmer_ldp": "Farmer"},
            "claims": LABELS,
        },
    }


def _widows_pension() -> dict[str, Any]:
    return {
        "slug": "widows-pension",
        "title": "Pension for widows and widowers",
        "provider": "National Paying Agency",
        "purpose": "To pay the pension of this month to the husband or wife of somebody who died.",
        "action": "payment",
        "query": {
            "credentials": [
                _sd_jwt("identity", "identity", _paths("national_id")),
                _sd_jwt("death", "death", _paths("spouse_national_id", "died_on")),
            ]
        },
        "parameters": {
            "payment": {
                "programme": "widows-pension",
                "signed_with": ["identity"],
                "purpose": "Pension for widows and widowers",
                "reference": "PENSION",
                "payee": "Cash at the counter of the paying agency",
            },
            "documents": {"identity": "Identity", "death": "Death in the family"},
            "claims": LABELS,
        },
    }


def _mobile_money() -> dict[str, Any]:
    claims = [
        {"id": name, "path": [name]} for name in ("given_name", "family_name", "birth_date", "national_id")
    ]
    return {
        "slug": "mobile-money",
        "title": "Open a mobile-money account",
        "provider": "Ch'aska Mobile Money",
        "purpose": "The law asks who an account belongs to. Your account is opened on these facts.",
        "action": "account",
        "query": {
            "credentials": [
                _sd_jwt(
                    "identity",
                    "identity",
                    claims,
                    # Not everybody has a family name, or a date of birth that is known to the day.
                    claim_sets=[
                        ["given_name", "family_name", "birth_date", "national_id"],
                        ["given_name", "birth_date", "national_id"],
                        ["given_name", "family_name", "national_id"],
                    ],
                )
            ]
        },
        "parameters": {"per": "national_id", "documents": {"identity": "Identity"}, "claims": LABELS},
    }


def _over_18() -> dict[str, Any]:
    return {
        "slug": "over-18",
        "title": "For adults only",
        "provider": "Cinema Illimani",
        "purpose": "This film is for adults. We need to know that you are 18 or over, and nothing else.",
        "action": "admission",
        "query": {
            "credentials": [_sd_jwt("identity", "identity", [{"path": ["age_over_18"], "values": [True]}])]
        },
        "parameters": {"claim": "age_over_18", "documents": {"identity": "Identity"}, "claims": LABELS},
    }
