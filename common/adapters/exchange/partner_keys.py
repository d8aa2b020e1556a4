"""The keys of a partner: those it registered, or those it publishes as a JWK set (RFC 7517 §5)."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.core.cache import cache

from common.adapters.exchange.partners import Partner
from common.adapters.network.http import fetch
from common.encoding import strict_json
from common.errors import InvalidKeyError, MalformedInputError, SelloError
from common.exchange import optional_members
from common.exchange.errors import SignatureRefusedError
from common.keys import PublicKey, jwk

SECONDS: Final = 300
RETRY_SECONDS: Final = 30  # so that unknown key names do not send us to the partner at every message
MAX_KEYS: Final = 50


def partner_key(partner: Partner, key_id: str) -> PublicKey:
    """The key of that name, by `kid` or thumbprint; without a name, the only one there is."""
    found = _matching(partner.keys, key_id)
    if found is None and partner.jwks_uri:
        found = _matching(_published(partner.jwks_uri, fresh=False), key_id)
        if found is None:
            found = _matching(_published(partner.jwks_uri, fresh=True), key_id)
    if found is None:
        raise SignatureRefusedError("The sender's key is not known.")
    return found


def parse_keys(document: object) -> list[dict[str, Any]]:
    """The signing keys of a JWK or a JWK set; keys of other kinds are passed over, private ones refused."""
    if not isinstance(document, Mapping):
        raise MalformedInputError("A JWK or a JWK set is a JSON object.")
    source = document.get("keys") if "keys" in document else [document]
    if not isinstance(source, list) or len(source) > MAX_KEYS:
        raise MalformedInputError(f"A JWK set is a list of at most {MAX_KEYS} keys.")
    found = []
    for entry in optional_members.without_empty(source):
        if not isinstance(entry, Mapping) or entry.get("use", "sig") != "sig":
            continue
        if "d" in entry or "k" in entry:
            raise InvalidKeyError("A private key does not belong here.")
        try:
            key = jwk.decode(entry)
        except SelloError:
            continue
        kid = entry.get("kid")
        found.append({**jwk.encode(key), "kid": kid if isinstance(kid, str) else jwk.thumbprint(key)})
    return found


def _matching(entries: list[dict[str, Any]], key_id: str) -> PublicKey | None:
    keys = [(entry.get("kid"), jwk.decode(entry)) for entry in entries]
    if not key_id and len(keys) == 1:
        return keys[0][1]
    return next((key for kid, key in keys if key_id in (kid, jwk.thumbprint(key))), None)


def _published(url: str, *, fresh: bool) -> list[dict[str, Any]]:
    name = f"jwks:{hashlib.sha256(url.encode()).hexdigest()}"
    known: list[dict[str, Any]] | None = cache.get(name)
    if known is not None and not (fresh and cache.add(f"{name}:asked", True, RETRY_SECONDS)):
        return known
    try:
        known = parse_keys(strict_json.loads_object(fetch(url).body))
    except SelloError as error:
        raise SignatureRefusedError(
            "The keys that the sender publishes at its jwks_uri cannot be read.", detail=str(error)
        ) from error
    cache.set(name, known, SECONDS)
    cache.add(f"{name}:asked", True, RETRY_SECONDS)
    return known
