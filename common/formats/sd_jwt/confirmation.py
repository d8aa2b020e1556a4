"""Whose credential an SD-JWT VC is: the key in its `cnf` (RFC 7800 §3)."""

from collections.abc import Mapping
from typing import Any, NoReturn

from common.did import DIDDocument, key_url, resolve, verification_method
from common.errors import FetchError, SelloError
from common.formats.base import InvalidCredentialError
from common.keys import PublicKey, jwk


def holder_key(payload: Mapping[str, Any]) -> PublicKey | None:
    """The holder's key, None where the credential is a bearer's.

    In `cnf.jwk` (§3.2), else by `cnf.kid` (§3.4), where some issuers name a did:key or did:jwk.
    """
    confirmation = payload.get("cnf")
    if confirmation is None:
        return None
    found = confirmation if isinstance(confirmation, Mapping) else {}
    key, kid = found.get("jwk"), found.get("kid")
    try:
        if key is not None:
            return jwk.decode(key)
        if isinstance(kid, str) and kid.startswith(("did:key:", "did:jwk:")):
            return verification_method(key_url(kid), purpose="authentication", resolve=_resolve).public_key
    except SelloError as error:
        raise InvalidCredentialError("The holder's key in this credential is not usable.") from error
    raise InvalidCredentialError("This credential is bound to its holder in a way that is not understood.")


def _resolve(did: str) -> DIDDocument:
    return resolve(did, fetch=_no_fetch)


def _no_fetch(url: str, *, accept: str = "") -> NoReturn:
    raise FetchError("The key of a holder is found without asking anybody.")
