"""What a holder's key asks: for one audience, of one type, at this moment."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from common.encoding import base64url, jcs
from common.errors import SelloError
from common.keys import PrivateKey, holder_jwt

ANA = PrivateKey("P-256", bytes(31) + b"\x01")
MALLORY = PrivateKey("P-256", bytes(31) + b"\x02")


class ImproperRequestError(SelloError):
    """The caller's own error."""


def signed(now: datetime, **changes: Any) -> str:
    said = {"typ": "test+jwt", "audience": "us", "jti": "j-1"} | changes
    return holder_jwt.sign({"read": True}, signer=ANA, now=now, **said)


def verify(token: str, now: datetime) -> Any:
    return holder_jwt.verify(token, typ="test+jwt", audience="us", now=now, error=ImproperRequestError)


def test_who_asks_is_whoever_holds_the_key(now: datetime) -> None:
    key, claims = verify(signed(now), now)
    assert key == ANA.public_key
    assert (claims["jti"], claims["read"]) == ("j-1", True)


@pytest.mark.parametrize("changes", [{"typ": "other+jwt"}, {"audience": "others"}])
def test_a_request_of_another_kind_or_for_another_is_refused(changes: dict[str, str], now: datetime) -> None:
    with pytest.raises(ImproperRequestError):
        verify(signed(now, **changes), now)


@pytest.mark.parametrize("late", [timedelta(minutes=-2), timedelta(minutes=3)])
def test_only_this_moment_counts(late: timedelta, now: datetime) -> None:
    with pytest.raises(ImproperRequestError, match="long ago, or in the future"):
        verify(signed(now), now + late)


@pytest.mark.parametrize("made", [None, True, "1", 1e300])
def test_a_request_says_when_it_was_made(made: object, now: datetime) -> None:
    with pytest.raises(ImproperRequestError, match="iat"):
        holder_jwt.check_time({"iat": made}, now=now, error=ImproperRequestError)


def test_another_key_in_the_header_does_not_hold(now: datetime) -> None:
    _, payload, signature = signed(now).split(".")
    other = holder_jwt.sign({}, typ="test+jwt", audience="us", jti="j-1", signer=MALLORY, now=now)
    with pytest.raises(ImproperRequestError, match="does not hold"):
        verify(f"{other.split('.')[0]}.{payload}.{signature}", now)


@pytest.mark.parametrize("header", [{"alg": "ES256", "typ": "test+jwt"}, {"alg": "none", "typ": "test+jwt"}])
def test_a_request_without_a_key_does_not_hold(header: dict[str, str], now: datetime) -> None:
    _, payload, signature = signed(now).split(".")
    with pytest.raises(ImproperRequestError, match="does not hold"):
        verify(f"{base64url.encode(jcs.canonicalize(header))}.{payload}.{signature}", now)
