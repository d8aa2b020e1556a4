"""A card's words come from its office, else from its type; a card that is not as its type says is refused."""

import json
from collections.abc import Mapping
from datetime import datetime

import pytest

from tests.wallet.fakes import ORIGIN, VCT, Office, reply
from tests.wallet.issuance.offers_fixture import take
from wallet.account.vault import Vault
from wallet.credentials import cards
from wallet.issuance import accept_offer
from wallet.issuance.received_credentials import ReceivedCredentialError
from wallet.models import Card


def publish(office: Office, document: Mapping[str, object]) -> None:
    office.network.handlers[("GET", VCT)] = lambda headers, body: reply(dict(document))


def speechless(office: Office) -> None:
    """An office whose metadata have no words for people."""
    published = json.loads(office.metadata({}, b"").body)
    for configuration in published["credential_configurations_supported"].values():
        del configuration["credential_metadata"]
    address = f"{ORIGIN}/.well-known/openid-credential-issuer/issuers/civil-registry"
    office.network.handlers[("GET", address)] = lambda headers, body: reply(published)


def described(name: str, label: str, **more: object) -> dict[str, object]:
    return {"path": [name], "display": [{"locale": "en", "label": label}], **more}


def test_where_the_office_has_no_words_its_type_has(vault: Vault, office: Office, now: datetime) -> None:
    """SD-JWT VC §5: the card's name, the words for its claims, and the type that it extends."""
    speechless(office)
    parent = "https://people.example/types/Act"
    publish(
        office,
        {
            "vct": VCT,
            "extends": parent,
            "display": [{"locale": "es", "name": "Acta"}, {"locale": "en-US", "name": "Act of birth"}],
            "claims": [described("given_name", "Names", sd="always", mandatory=True)],
        },
    )
    inherited = {"vct": parent, "claims": [described("birth_date", "Day of birth")]}
    office.network.handlers[("GET", parent)] = lambda headers, body: reply(inherited)
    accept_offer.accept(vault, accept_offer.receive_offer(vault, office.link, now=now), tx_code=None, now=now)
    (card,) = cards.held_cards(vault)
    assert card.title == "Act of birth"
    copy = next(copy for copy in card.copies if copy.format == "dc+sd-jwt")
    assert copy.types == (VCT, parent)
    assert {label.path: label.text for label in copy.labels} == {
        ("given_name",): "Names", ("birth_date",): "Day of birth"
    }  # fmt: skip


def test_the_offices_own_words_come_first(vault: Vault, office: Office, now: datetime) -> None:
    publish(office, {"vct": VCT, "claims": [described("given_name", "Names")]})
    take(vault, office, now)
    (card,) = cards.held_cards(vault)
    assert card.title == "Birth certificate"
    assert [row.label for row in cards.card_face(card, now=now).rows] == [
        "Given names",
        "Family names",
        "Born on",
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"vct": VCT, "claims": [described("given_name", "Names", sd="never")]},
        {"vct": VCT, "claims": [described("height", "Height", mandatory=True)]},
        {"vct": VCT, "claims": [{"path": ["given_name", None]}]},
        {"vct": VCT, "extends": VCT},
        {"vct": "https://people.example/types/Act"},
    ],
)
def test_a_card_that_is_not_as_its_type_says(
    vault: Vault, office: Office, now: datetime, document: Mapping[str, object]
) -> None:
    publish(office, document)
    with pytest.raises(ReceivedCredentialError, match="not as its type says"):
        take(vault, office, now)
    assert not Card.objects.exists()
