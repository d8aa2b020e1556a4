"""G2P Connect's mapper in this house: who links an address to a person, and who may ask for it."""

from typing import Any

from django.test import Client
from django.utils import timezone

from common.adapters.exchange.partners import Partner
from common.adapters.exchange.registration import Registration, register_partner
from common.keys import jwk
from common.payments.address import parse_address
from common.payments.g2p import actions, mapper, status
from common.payments.g2p.mapper import MapperItem
from tests.api.openapi import answer_problems
from tests.verifier.payments.agency import KEY, PERSON, PHONE, Agency, agency, callbacks, programme
from verifier.models import AccountMapping
from verifier.payments.g2p.callbacks import deliver_callbacks

__all__ = ["agency", "callbacks", "programme"]  # fixtures
MAPPER = "g2p-connect/mapper_core_api_v1.0.0.yaml"


def mapped(agency: Agency, verb: str, *items: MapperItem, sync: bool = True) -> Any:
    endpoint = (actions.SYNC_MAPPER if sync else actions.MAPPER)[verb]
    answer = agency.ask(endpoint, mapper.create_mapper_request(verb, f"T{agency.number}", items))
    assert answer.status_code == 200, answer.content
    assert answer_problems(MAPPER, f"/{endpoint.path}", answer.json()) == []
    return answer


def said(agency: Agency, verb: str, *items: MapperItem) -> list[tuple[str, str, str]]:
    found = mapper.parse_mapper_response(verb, mapped(agency, verb, *items).json()["message"])
    return [(each.status, each.reason, each.fa) for each in found if isinstance(each, mapper.MapperStatus)]


def of(reference: str, fa: str = "", *, id: str = PERSON, details: bool = True) -> MapperItem:
    return MapperItem(
        reference,
        timezone.now(),
        parse_address(id) if id else None,
        parse_address(fa) if fa else None,
        details=details,
    )


def test_an_address_is_linked_changed_and_unlinked(agency: Agency) -> None:
    assert said(agency, "resolve", of("1")) == [("succ", "succ.id.not_found", "")]
    assert said(agency, "link", of("2", PHONE)) == [("succ", "", PHONE)]
    assert said(agency, "resolve", of("3")) == [("succ", "succ.id.active", PHONE)]
    assert said(agency, "resolve", of("4", details=False)) == [("succ", "succ.id.active", "")]
    assert said(agency, "link", of("5", "account:1@bank")) == [("rjct", "rjct.id.invalid", "")]
    assert said(agency, "update", of("6", "account:1@bank")) == [("succ", "", "account:1@bank")]
    assert said(agency, "resolve", of("7", PHONE)) == [("succ", "succ.fa.not_linked_to_id", "")]
    assert said(agency, "resolve", of("8", "account:1@bank", id="")) == [("succ", "succ.fa.active", "")]
    assert said(agency, "unlink", of("9")) == [("succ", "", "")]
    assert said(agency, "unlink", of("10")) == [("rjct", "rjct.reference_id.invalid", "")]
    assert said(agency, "resolve", of("11")) == [("succ", "succ.id.inactive", "")]
    assert AccountMapping.objects.count() == 2, "its history stays"


def test_the_rows_say_neither_who_nor_where(agency: Agency) -> None:
    mapped(agency, "link", of("1", PHONE))
    row = AccountMapping.objects.get()
    text = f"{row.person} {bytes(row.address)!r} {row.address_digest}"
    assert "f-0001" not in text
    assert "59171234567" not in text


def test_another_partner_changes_nothing_of_mine(agency: Agency, client: Client) -> None:
    mapped(agency, "link", of("1", PHONE))
    key = {**jwk.encode(KEY.public_key), "kid": "k1"}
    other = Agency(
        client,
        *register_partner(
            Registration("other.example", namespaces=["g2p"], roles=["mapper"], keys=key), new_secret=True
        ),
    )
    assert said(other, "update", of("1", "account:6@evil"))[0][0] == "rjct"
    assert said(other, "unlink", of("2"))[0][0] == "rjct"
    assert said(agency, "resolve", of("3")) == [("succ", "succ.id.active", PHONE)]
    Partner.objects.filter(pk=other.partner.pk).update(roles=[])
    answer = other.ask(
        actions.SYNC_MAPPER["resolve"], mapper.create_mapper_request("resolve", "T", [of("4")])
    )
    assert answer.status_code == 403


def test_a_link_sent_again_is_the_same_link(agency: Agency) -> None:
    item = of("1", PHONE)
    assert said(agency, "link", item) == said(agency, "link", item) == [("succ", "", PHONE)]
    assert said(agency, "link", of("1", "account:1@bank")) == [("rjct", "rjct.reference_id.duplicate", "")]


def test_the_mapper_answers_later_too(agency: Agency, callbacks: list[tuple[str, dict[str, Any]]]) -> None:
    callbacks.append(("", {}))  # the address answers from the first time on
    assert mapped(agency, "link", of("1", PHONE), sync=False).json()["message"]["ack_status"] == "ACK"
    assert deliver_callbacks(now=timezone.now())["answered"] == 1
    url, body = callbacks[-1]
    assert url.endswith("/mapper/on-link")
    [linked] = mapper.parse_mapper_response("link", body["message"])
    assert isinstance(linked, mapper.MapperStatus)
    assert linked.status == "succ"
    query = status.create_status_request("T", reference_id="Q", kind="link", references=["1", "9"])
    for endpoint in (actions.SYNC_MAPPER_STATUS, actions.MAPPER_STATUS):
        answer = agency.ask(endpoint, query)
        assert answer_problems(MAPPER, f"/{endpoint.path}", answer.json()) == []
