"""Programmes for the pages of their staff: money and states; nobody's name, number or account."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet

from common.encoding.display import amount, humane
from common.encoding.money import to_text
from common.payments.rules import Fixed, Rate, Rules
from common.site import time_zone
from verifier.models import PaymentInstruction, Programme
from verifier.payments.instructions.disputes import ALTERED
from verifier.payments.programmes.terms import rules_of
from verifier.payments.reports.balances import payments_report

A_PAGE: Final = 50
OFTEN: Final = {"once": "once", "monthly": "every month", "yearly": "every year"}
MONEY: Final = {
    "budget": "Budget",
    "reserved": "Set aside, on its way",
    "sent": "With the gateway",
    "settled": "Arrived",
    "returned": "Came back",
    "left": "Left",
}


def programmes_overview(programmes: QuerySet[Programme]) -> dict[str, Any]:
    """These programmes, and whether the books balance."""
    found = payments_report()
    titles = dict(programmes.values_list("slug", "title"))
    lines = [
        {
            "slug": line["programme"],
            "title": titles[line["programme"]],
            "status": line["status"],
            "budget": amount(line["budget"], line["currency"]),
            "left": amount(line["left"], line["currency"]),
            "payments": sum(line["payments"].values()),
        }
        for line in found["programmes"]
        if line["programme"] in titles
    ]
    return {"programmes": lines, "balanced": found["balanced"], "faults": found["faults"]}


def programme_overview(programme: Programme, *, state: str, page: str) -> dict[str, Any]:
    """One programme, with its payments, or those in `state`."""
    found = payments_report(programme.slug)
    [line] = found["programmes"]
    rows = programme.instructions.order_by("-id")
    if state in PaymentInstruction.State.values:
        rows = rows.filter(state=state)
    return {
        "programme": programme,
        "balanced": found["balanced"],
        "faults": found["faults"],
        "money": [(words, amount(line[name], programme.currency)) for name, words in MONEY.items()],
        "terms": _terms(programme, rules_of(programme)),
        "states": line["payments"],
        "chosen": state,
        "disputed": programme.instructions.filter(disputed=True).exclude(problem=ALTERED).count(),
        "altered": programme.instructions.filter(problem=ALTERED).count(),
        "page": Paginator(rows, A_PAGE).get_page(page),
    }


def _terms(programme: Programme, rules: Rules) -> list[tuple[str, str]]:
    terms = [("How much", _how_much(rules, programme.currency)), ("How often", OFTEN[rules.how_often])]
    terms += [("Once for each", _words(rules.per)), ("Gateway", programme.gateway.name)]
    terms += [("Refused with", condition.otherwise) for condition in rules.who]
    if programme.opens_at:
        terms.append(("Begins", time_zone.local_day(programme.opens_at)))
    if programme.closes_at:
        terms.append(("Ends", time_zone.local_day(programme.closes_at)))
    return terms


def _how_much(rules: Rules, currency: str) -> str:
    most = amount(to_text(rules.how_much.most, currency), currency)
    if isinstance(rules.how_much, Fixed):
        return most
    if isinstance(rules.how_much, Rate):
        return f"{currency} {rules.how_much.rate} × {_words(rules.how_much.of)}, at most {most}"
    return f"by {_words(rules.how_much.by)}, at most {most}"


def _words(claim: str) -> str:
    return humane(claim.rpartition(".")[2]).lower()
