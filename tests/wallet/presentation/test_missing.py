"""A card that is not there is named as its office names it, with who issues it; else readably."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from common.adapters.network import http
from tests.wallet.consenting import ask
from tests.wallet.fakes import VCT, Network, Office, Service, ldp_query, reply, sd_query
from wallet.account.vault import Vault
from wallet.presentation.missing import MissingDocument

ELSEWHERE = "https://agri.example/cards/farmer-card"
BIRTH = MissingDocument("Birth certificate", "Civil Registry", VCT)


def of(type_: str, id: str = "other", format: str = "dc+sd-jwt") -> dict[str, Any]:
    meta = {"vct_values": [type_]} if format == "dc+sd-jwt" else {"doctype_value": type_}
    return {"id": id, "format": format, "meta": meta}


def lacking(vault: Vault, clinic: Service, now: datetime, *sets: Any, credentials: Any) -> Any:
    clinic.query = {"credentials": credentials, **({"credential_sets": list(sets)} if sets else {})}
    [question] = ask(vault, clinic, now).questions
    assert question.answers == ()
    return question.lacking


def test_the_office_names_its_card(vault: Vault, clinic: Service, office: Office, now: datetime) -> None:
    assert lacking(vault, clinic, now, credentials=[sd_query("birth_date")]) == ((BIRTH,),)


def test_a_type_without_an_office_names_itself(
    vault: Vault, clinic: Service, network: Network, now: datetime
) -> None:
    names = [{"locale": "es", "name": "Productor"}, {"locale": "en", "name": "Farmer"}]
    document = {"vct": ELSEWHERE, "display": names}
    network.handlers["GET", ELSEWHERE] = lambda headers, body: reply(document)
    assert lacking(vault, clinic, now, credentials=[of(ELSEWHERE)]) == (
        (MissingDocument("Farmer", "", ELSEWHERE),),
    )


@pytest.mark.parametrize(
    ("type_", "format", "name"),
    [(ELSEWHERE, "dc+sd-jwt", "Farmer card"), ("urn:example:farmerCard:1", "dc+sd-jwt", "Farmer card"),
     ("org.iso.18013.5.1.mDL", "mso_mdoc", "Mobile driving licence"),
     ("https://gone.example/issuers/x/types/old_age_pension", "dc+sd-jwt", "Old age pension")],
)  # fmt: skip
def test_where_nobody_answers_the_name_is_still_words(
    type_: str, format: str, name: str, vault: Vault, clinic: Service, now: datetime
) -> None:
    [[found]] = lacking(vault, clinic, now, credentials=[of(type_, format=format)])
    assert (found.name, found.issuer, found.held) == (name, "", False)


def test_every_option_is_said_with_what_of_it_is_missing(
    vault: Vault, clinic: Service, office: Office, now: datetime
) -> None:
    credentials = [
        sd_query("birth_date"),
        ldp_query("birth_date"),
        of("urn:example:visa:1"),
        of("urn:example:pass:1", "p"),
    ]
    sets = {"options": [["sd"], ["ldp"], ["other", "p"]]}
    found = lacking(vault, clinic, now, sets, credentials=credentials)
    assert found == ((BIRTH,), (MissingDocument("Visa"), MissingDocument("Pass")))
    said = " ".join(strip_tags(render_to_string("wallet/missing.html", {"options": found})).split())
    assert "One of these would do" in said
    assert "Birth certificate, issued by Civil Registry. Ask there for it." in said
    assert "or Visa. and Pass." in said


def test_a_card_that_says_something_else_is_not_called_missing(
    holder: Vault, clinic: Service, now: datetime
) -> None:
    query = sd_query("birth_date") | {"claims": [{"path": ["birth_date"], "values": ["1900-01-01"]}]}
    [[found]] = lacking(holder, clinic, now, credentials=[query])
    assert (found.name, found.issuer, found.held) == ("Birth certificate", "Civil Registry", True)


def test_nobody_is_asked_about_what_is_there(
    holder: Vault, clinic: Service, network: Network, now: datetime
) -> None:
    asked: list[str] = []

    def seen(headers: Mapping[str, str], body: bytes | None) -> http.HttpReply:
        asked.append("type")
        return reply({})

    network.handlers["GET", ELSEWHERE] = seen
    clinic.query = {
        "credentials": [sd_query("birth_date"), of(ELSEWHERE)],
        "credential_sets": [{"options": [["sd"], ["other"]]}, {"options": [["other"]], "required": False}],
    }
    assert [question.lacking for question in ask(holder, clinic, now).questions] == [(), ()]
    assert asked == []
