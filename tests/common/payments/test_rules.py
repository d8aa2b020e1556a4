"""Who, how much, how often: each rule by itself, and the sentence of each no."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common.encoding.money import CURRENCIES, to_minor, to_text
from common.errors import MalformedInputError
from common.payments.programme import PaymentDecision, ProgrammeTerms, decide_payment
from common.payments.rules import InvalidPaymentRulesError, parse_payment_rules

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SAME = {
    "claim": "death.spouse_national_id",
    "same_as": "identity.national_id",
    "otherwise": "That is another family.",
}
RULES: dict[str, Any] = {
    "who": [],
    "how_much": {"fixed": "60.00"},
    "how_often": "monthly",
    "per": "identity.national_id",
}
ANA = {"identity.national_id": "4711", "death.spouse_national_id": "4711"}


def decided(claims: dict[str, Any], *, now: datetime = NOW, **changed: Any) -> PaymentDecision:
    more = {name: changed.pop(name) for name in ("open", "opens_at", "closes_at") if name in changed}
    rules = parse_payment_rules({**RULES, **changed}, currency="USD")
    return decide_payment(ProgrammeTerms(rules, **more), claims, now=now)


class TestWho:
    def test_one_claim_of_two_documents(self) -> None:
        assert decided(ANA, who=[SAME]) == PaymentDecision(True, (), 6000, "2026-11", "4711")
        other = {**ANA, "death.spouse_national_id": "0815"}
        assert decided(other, who=[SAME]) == PaymentDecision(False, ("That is another family.",))
        assert decided({"identity.national_id": "4711"}, who=[SAME]).reasons == (
            "Your documents do not say what this programme needs to know: spouse national id.",
        )

    def test_nobody_is_the_spouse_of_nobody(self) -> None:
        """Two claims that are empty, or of different kinds, are not the same."""
        for one, other in [("", ""), (None, None), ("1", 1), (True, 1), (4711, "4711")]:
            claims = {"identity.national_id": one, "death.spouse_national_id": other}
            assert not decided(claims, who=[SAME]).eligible

    @pytest.mark.parametrize(
        ("rule", "value", "holds"),
        [
            ({"is": "Quinoa"}, "Quinoa", True),
            ({"is": "Quinoa"}, "quinoa", False),
            ({"is": True}, True, True),
            ({"is": True}, "true", False),
            ({"is": True}, 1, False),
            ({"is": 1}, 1.0, False),
            ({"is": "Quinoa"}, ["Quinoa"], False),
            ({"is": "Quinoa"}, {"@value": "Quinoa"}, False),
            ({"one_of": ["a", "b"]}, ["b"], False),
            ({"at_least": "2.5"}, ["3"], False),
            ({"at_least": "2.5"}, " 3", False),
            ({"at_least": "2.5"}, "1_000", False),
            ({"at_least": "2.5"}, "1e3", False),
            ({"years_since": 65}, ["1961-11-21"], False),
            ({"years_since": 65}, 19611121.0, False),
            ({"one_of": ["a", "b"]}, "b", True),
            ({"one_of": ["a", "b"]}, "c", False),
            ({"at_least": "2.5"}, "2.50", True),
            ({"at_least": "2.5"}, 2, False),
            ({"at_least": "2.5"}, "many", False),
            ({"at_least": "2.5"}, "NaN", False),
            ({"at_least": "0"}, True, False),
            ({"at_most": "10"}, 10, True),
            ({"at_most": "10"}, "Infinity", False),
            ({"at_most": "10"}, 10.5, False),
            ({"years_since": 65}, "1961-11-21", True),
            ({"years_since": 65}, "1961-11-22", False),
            ({"years_since": 65}, "long ago", False),
        ],
    )
    def test_conditions(self, rule: dict[str, Any], value: Any, holds: bool) -> None:
        who = [{"claim": "farm.it", "otherwise": "No.", **rule}]
        assert decided({**ANA, "farm.it": value}, who=who).eligible is holds

    def test_every_reason_is_said_once(self) -> None:
        who = [{"claim": "farm.it", "is": "x", "otherwise": "No."}] * 2 + [SAME]
        found = decided(
            {"identity.national_id": "1", "farm.it": "y", "death.spouse_national_id": "2"}, who=who
        )
        assert found.reasons == ("No.", "That is another family.")
        assert (found.amount, found.key) == (0, "")


class TestHowMuch:
    RATE = {"rate": "0.205", "of": "farm.kg", "at_most": "150.00"}
    TABLE = {"by": "home.members", "table": {"1": "20.00", "2": "35.50"}, "else": "0"}

    @pytest.mark.parametrize(
        ("kg", "amount"),
        [(100, 2050), ("100", 2050), ("101.3", 2076), (731, 14985), (732, 15000), (10**9, 15000), (0.05, 1)],
    )
    def test_a_rate_rounds_down_and_ends_at_its_most(self, kg: Any, amount: int) -> None:
        assert decided({**ANA, "farm.kg": kg}, how_much=self.RATE).amount == amount

    @pytest.mark.parametrize("kg", [0, -5, "0.01", "x", None, True, [100], ["100"], {"@value": 100}, "1e2"])
    def test_nothing_is_not_paid(self, kg: Any) -> None:
        assert not decided({**ANA, "farm.kg": kg}, how_much=self.RATE).eligible

    def test_a_table(self) -> None:
        assert decided({**ANA, "home.members": 2}, how_much=self.TABLE).amount == 3550
        assert decided({**ANA, "home.members": "1"}, how_much=self.TABLE).amount == 2000
        assert decided({**ANA, "home.members": 3}, how_much=self.TABLE).reasons == (
            "By the rules of this programme nothing is due to you.",
        )
        assert parse_payment_rules({**RULES, "how_much": self.TABLE}, currency="USD").how_much.most == 3550

    @given(kg=some.decimals(0, 10**7, allow_nan=False), rate=some.decimals("0.001", 50, places=3))
    def test_never_more_than_the_most(self, kg: Any, rate: Any) -> None:
        how_much = {"rate": str(rate), "of": "farm.kg", "at_most": "150.00"}
        found = decided({**ANA, "farm.kg": str(kg)}, how_much=how_much)
        assert 0 <= found.amount <= 15000
        assert found.amount <= kg * rate * 100


class TestHowOften:
    def test_periods(self) -> None:
        assert decided(ANA, how_often="once").period == "once"
        assert decided(ANA, how_often="once", label="2026").period == "2026"
        assert decided(ANA, how_often="yearly").period == "2026"
        assert decided(ANA, now=datetime(2026, 12, 1, tzinfo=UTC)).period == "2026-12"

    @pytest.mark.parametrize("key", [["H-1"], ["H-1", "H-1"], {"@value": "H-1"}, {"id": "H-1"}, 1.0, True])
    def test_whoever_is_paid_once_is_known_by_one_text(self, key: Any) -> None:
        """Else each form of a number would be somebody who was not paid yet."""
        assert not decided({**ANA, "identity.national_id": key}).eligible
        table = {"by": "identity.national_id", "table": {"['H-1']": "20.00"}, "else": "30.00"}
        assert not decided({**ANA, "identity.national_id": key}, how_much=table).eligible

    def test_a_number_and_its_text_are_one_person(self) -> None:
        keys = {decided({**ANA, "identity.national_id": key}).key for key in (4711, "4711")}
        assert keys == {"4711"}

    def test_a_household_is_known_by_its_own_number(self) -> None:
        assert decided({**ANA, "home.household_id": "H-1"}, per="home.household_id").key == "H-1"
        assert not decided(ANA, per="home.household_id").eligible

    def test_open_and_closed(self) -> None:
        day = timedelta(days=1)
        assert decided(ANA, opens_at=NOW, closes_at=NOW + day).eligible
        assert "does not pay" in decided(ANA, open=False).reasons[0]
        assert decided(ANA, opens_at=NOW + day).reasons == ("This programme begins on 22 November 2026.",)
        assert decided(ANA, closes_at=NOW).reasons == ("This programme ended on 21 November 2026.",)


@pytest.mark.parametrize(
    "changed",
    [
        {"who": {}},
        {"who": ["everybody"]},
        {"who": [{"claim": "a.b", "otherwise": "No."}]},
        {"who": [{**SAME, "is": "x"}]},
        {"who": [{"claim": "a.b", "same_as": "a", "otherwise": "No."}]},
        {"who": [{"claim": "a.b", "at_least": 5, "otherwise": "No."}]},
        {"who": [{"claim": "a.b", "at_least": "five", "otherwise": "No."}]},
        {"who": [{"claim": "a.b", "is": "x", "otherwise": 5}]},
        {"who": [{"claim": "b", "is": "x", "otherwise": "No."}]},
        {"how_much": {}},
        {"how_much": {"fixed": "0"}},
        {"how_much": {"fixed": "-1"}},
        {"how_much": {"fixed": 60}},
        {"how_much": {"fixed": "60.001"}},
        {"how_much": {"fixed": "1", "rate": "1"}},
        {"how_much": {"rate": "-1", "of": "a.b", "at_most": "1"}},
        {"how_much": {"rate": "1", "of": "a.b"}},
        {"how_much": {"by": "a.b", "table": {}, "else": "1"}},
        {"how_much": {"by": "a.b", "table": {"1": "0"}, "else": "0"}},
        {"how_much": {"by": "a.b", "table": ["1"], "else": "0"}},
        {"how_often": "weekly"},
        {"per": "national_id"},
        {"label": "x"},
        {"how_often": "once", "label": "x" * 21},
        {"more": 1},
    ],
)
def test_what_is_not_understood_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidPaymentRulesError):
        parse_payment_rules({**RULES, **changed}, currency="USD")


@given(some.integers(0, 10**14), some.sampled_from(sorted(CURRENCIES)))
def test_money_is_read_as_it_was_written(minor: int, currency: str) -> None:
    text = to_text(minor, currency)
    if len(text.partition(".")[0]) <= 13:
        assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(15000, "USD", "150.00"), (5, "USD", "0.05"), (-5, "USD", "-0.05"), (150, "UGX", "150")],
)
def test_money(minor: int, currency: str, text: str) -> None:
    assert to_text(minor, currency) == text


@pytest.mark.parametrize("text", ["1.005", "01", "1,00", "-1", "", "1e3", "1.", None, 5])
def test_what_is_no_amount(text: Any) -> None:
    with pytest.raises(MalformedInputError):
        to_minor(text, "USD")
    with pytest.raises(MalformedInputError):
        to_minor("1", "XXX")
