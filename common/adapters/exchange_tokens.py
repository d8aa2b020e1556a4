"""Access tokens of the exchange (RFC 6749 §4.4): given to partners, and obtained from them."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.core import signing
from django.core.cache import cache

from common.adapters import fetch
from common.adapters.partners import Partner
from common.adapters.sealing import unseal
from common.encoding import strict_json
from common.errors import SelloError
from common.exchange.errors import ExchangeError

LIFETIME: Final = timedelta(hours=1)
MAX_TOKEN: Final = 4_000
_SALT: Final = "sello.exchange.token"


def digest(secret: str) -> str:
    """SHA-256 of a client secret, which is long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def grant(client_id: str, secret: str, *, now: datetime) -> dict[str, Any]:
    """The token response for a partner that shows its secret; `err.request.unauthorized` for anyone else."""
    partner = Partner.objects.filter(sender_id=client_id, active=True).exclude(secret_digest="").first()
    known = partner.secret_digest if partner is not None else "0" * 64
    if not hmac.compare_digest(known, digest(secret)) or partner is None:
        raise ExchangeError("This client is not known here.", code="err.request.unauthorized")
    claims = {
        "sub": partner.sender_id,
        "exp": int((now + LIFETIME).timestamp()),
        "key": partner.secret_digest[:16],  # a new secret ends the tokens of the old one
    }
    return {
        "access_token": signing.dumps(claims, salt=_SALT),
        "token_type": "bearer",
        "expires_in": str(int(LIFETIME.total_seconds())),  # a text in the schema OAuth2ClientTokenResponse
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
    name = f"exchange-token:{partner.pk}:{digest(partner.token_url)[:16]}"
    known: str | None = cache.get(name)
    if known is not None:
        return known
    secret = unseal(partner.sealed_secret, name=secret_name(partner.sender_id)).decode()
    form = {"grant_type": "client_credentials", "client_id": partner.client_id, "client_secret": secret}
    reply = fetch.request(
        "POST",
        partner.token_url,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "timestamp": now.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        },
        body=urlencode(form).encode(),
    )
    try:
        answer = strict_json.loads_object(reply.body, floats=True)
    except SelloError as error:
        raise _no_token(reply.status) from error
    token, seconds = answer.get("access_token"), answer.get("expires_in", 60)
    if reply.status != 200 or not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN:
        raise _no_token(reply.status)
    lifetime = int(seconds) if str(seconds).isdigit() and len(str(seconds)) < 9 else 60
    cache.set(name, token, max(lifetime - 30, 1))
    return token


def secret_name(sender_id: str) -> str:
    """The name under which the secret that we show to a partner is sealed."""
    return json.dumps(["exchange secret", sender_id])


def _no_token(status: int) -> ExchangeError:
    return ExchangeError(
        "The partner gives no access token.", code="err.service.unavailable", detail=f"status {status}"
    )
