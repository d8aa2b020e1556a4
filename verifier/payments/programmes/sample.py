"""The programmes of the sample world, and the gateway through which they pay."""

from typing import Any, Final

from common.encoding.money import to_minor
from verifier.models import GatewayAccount, Programme

CURRENCY: Final = "USD"
PROGRAMMES: Final[dict[str, dict[str, Any]]] = {
    "subsidy": {
        "title": "Farmers' subsidy",
        "budget": "60000.00",
        "rules": {
            "who": [],
            "how_much": {"rate": "0.10", "of": "farmer.harvest_kg", "at_most": "150.00"},
            "how_often": "yearly",
            "per": "farmer.farmer_id",
        },
    },
    "widows-pension": {
        "title": "Widows' and widowers' pension",
        "budget": "25000.00",
        "rules": {
            "who": [
                {
                    "claim": "death.spouse_national_id",
                    "same_as": "identity.national_id",
                    "otherwise": "The death that you showed is not that of your husband or wife.",
                }
            ],
            "how_much": {"fixed": "60.00"},
            "how_often": "monthly",
            "per": "identity.national_id",
        },
    },
}


def load_programmes() -> None:
    """Each as it is meant to be; a gateway that an operator chose stays, and so does a larger budget."""
    default, _ = GatewayAccount.objects.get_or_create(name="file", defaults={"kind": "file"})
    for slug, said in PROGRAMMES.items():
        budget = to_minor(said["budget"], CURRENCY)
        fixed = {"title": said["title"], "currency": CURRENCY, "rules": said["rules"]}
        programme, _ = Programme.objects.update_or_create(
            slug=slug, defaults=fixed, create_defaults={**fixed, "budget": budget, "gateway": default}
        )
        Programme.objects.filter(pk=programme.pk, budget__lt=budget).update(budget=budget)
