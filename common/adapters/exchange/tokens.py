"""Access tokens of the exchange (RFC 6749 §4.4): given to partners, and obtained from them."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus, unquote_plus, urlencode

from django.core import signing
from django.core.cache import cache

from common.adapters.exchange.partners import Partner
from common.adapters.network import http
from common.adapters.storage.sealing import unseal
from common.encoding import strict_json
from common.errors import SelloError
from common.exchange.errors import ExchangeError

LIFETIME: Final = timedelta(hours=1)
MAX_TOKEN: Final = 4_000
SHORT: Final = 60  # seconds
_SALT: Final = "sello.exchange.token"


def token_digest(secret: str) -> str:
    """SHA-256 of a client secret, which is long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def grant(client_id: str, secret: str, *, now: datetime) -> dict[str, Any]:
    """The token response for a partner that shows its secret; `err.request.unauthorized` for anyone else."""
    partner = Partner.objects.filter(sender_id=client_id, active=True).exclude(secret_digest="").first()
    known = partner.secret_digest if partner is not None else "0" * 64
    if not hmac.compare_digest(known, token_digest(secret)) or partner is None:
        raise ExchangeError("This client is not known here.", code="err.request.unauthorized")
    claims = {
        "sub": partner.sender_id,
        "exp": int((now + LIFETIME).timestamp()),
        "key": partner.secret_digest[:16],  # a new secret ends the tokens of the old one
    }
    return {
        "access_token": signing.dumps(claims, salt=_SALT),
        "token_type": "bearer",
        "expires_in": int(LIFETIME.total_seconds()),  # RFC 6749 §5.1; a text in the texts' own schema
    }


def bearer(scheme: str, token: str, *, now: datetime) -> Partner:
    """The partner whose token stands in an `Authorization` header, or `err.request.unauthorized`."""
    if scheme != "bearer" or not 0 < len(token) <= MAX_TOKEN:
        raise ExchangeError("A bearer token is needed.", code="err.request.unauthorized")
    try:
        claims = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise ExchangeError("This token does not hold.", code="err.request.unauthorized") from error
    if claims["exp"] <= now.timestamp():
        raise ExchangeError("This token has expired.", code="err.request.unauthorized")
    partner = Partner.objects.filter(sender_id=claims["sub"], active=True).first()
    if partner is None or partner.secret_digest[:16] != claims["key"]:
        raise ExchangeError("This token does not hold any longer.", code="err.request.unauthorized")
    return partner


def access_token(partner: Partner, *, now: datetime) -> str:
    """A token of the partner's own token endpoint, kept until shortly before it expires."""
    name = _kept_as(partner)
    known: str | None = cache.get(name)
    if known is not None:
        return known
    secret = unseal(partner.sealed_secret, name=secret_name(partner.sender_id)).decode()
    credentials = {"client_id": partner.client_id, "client_secret": secret}
    reply = _ask_for_token(partner.token_url, credentials, now=now)
    if reply.status in (400, 401):  # RFC 6749 §2.3.1: what every server takes is HTTP Basic
        reply = _ask_for_token(partner.token_url, credentials, now=now, basic=True)
    try:
        answer = strict_json.loads_object(reply.body)
    except SelloError as error:
        raise _no_token(reply.status) from error
    token = answer.get("access_token")
    if reply.status not in (200, 201) or not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN:
        raise _no_token(reply.status)
    cache.set(name, token, max(_seconds(answer.get("expires_in")) - 30, 1))
    return token


def forget_token(partner: Partner) -> None:
    """Drop the token that is kept: the partner does not take it any longer."""
    cache.delete(_kept_as(partner))


def _kept_as(partner: Partner) -> str:
    return f"exchange-token:{partner.pk}:{token_digest(partner.token_url)[:16]}"


def _ask_for_token(
    url: str, credentials: Mapping[str, str], *, now: datetime, basic: bool = False
) -> http.HttpReply:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "timestamp": now.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    form = {"grant_type": "client_credentials", **({} if basic else credentials)}
    if basic:
        pair = ":".join(quote_plus(value) for value in credentials.values())
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode('ascii')}"
    return http.request("POST", url, headers=headers, body=urlencode(form).encode())


def basic_credentials(token: str) -> tuple[str, str]:
    """The client's name and secret of an `Authorization: Basic` header, each form-encoded (§2.3.1)."""
    try:
        name, parted, secret = b64decode(token, validate=True).decode().partition(":")
    except ValueError as error:
        raise ExchangeError("This client is not known here.", code="err.request.unauthorized") from error
    if not parted:
        raise ExchangeError("This client is not known here.", code="err.request.unauthorized")
    return unquote_plus(name), unquote_plus(secret)


def _seconds(value: object) -> int:
    """How long a token lives, as a number or in digits; a minute where nobody says."""
    try:
        seconds = int(float(value)) if isinstance(value, int | float | str) else SHORT
    except (ValueError, OverflowError):
        return SHORT
    return seconds if 0 < seconds < 10**8 else SHORT


def secret_name(sender_id: str) -> str:
    """The name under which the secret that we show to a partner is sealed."""
    return json.dumps(["exchange secret", sender_id])


def _no_token(status: int) -> ExchangeError:
    return ExchangeError(
        "The partner gives no access token.", code="err.service.unavailable", detail=f"status {status}"
    )
