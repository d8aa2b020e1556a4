"""Each request opens a purse of its own, its sender's; dear pages say when too many ask."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from common import purse
from common.adapters.limits import password_hashing
from common.adapters.limits.turns import Turns
from common.purse import Purse
from common.site.middleware import OnePurse


def test_a_request_has_a_purse_and_nothing_is_left_of_it() -> None:
    seen: list[Purse | None] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(purse.current_purse())
        purse.charge(fetches=purse.FETCHES)
        return HttpResponse()

    for address in ("2001:db8::1", "2001:db8::2"):
        OnePurse(view)(RequestFactory().get("/", REMOTE_ADDR=address))
    assert [one.owner if one else None for one in seen] == ["2001:db8::"] * 2
    assert purse.current_purse() is None


@pytest.mark.django_db
def test_signing_in_waits_in_a_queue_with_an_end(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["common.adapters.limits.password_hashing.QueuedPBKDF2"]
    User.objects.create_user("fatima", password="correct horse")
    turns = Turns(at_once=1, waiting=0, patience=0)
    monkeypatch.setattr(password_hashing, "PASSWORDS", turns)
    form = {"username": "fatima", "password": "correct horse"}
    for page in ("/office/sign-in", "/admin/login/"):
        with turns.taken():
            answer = Client().post(page, form)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert Client().post(page, form).status_code in (200, 302)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/office/sign-in", "/admin/login/"])
def test_guesses_at_one_account_are_few_wherever_they_come_from(page: str, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "account": 3}
    guess = {"username": "officer", "password": "x"}
    answers = [Client(REMOTE_ADDR=f"192.0.2.{number}").post(page, guess).status_code for number in range(5)]
    assert answers == [200, 200, 200, 429, 429]
