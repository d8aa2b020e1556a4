"""Who may ask in OpenCRVS's name: whoever bears the operator's token, or a registrar whom OpenCRVS signed in.

OpenCRVS hands on the registrar's own token: a JWT of its auth service (RS256), whose public key the operator
puts into OPENCRVS_KEY_FILE.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from django.conf import settings
from jwcrypto import jwk as jose
from jwcrypto import jws
from jwcrypto.common import JWException
from rest_framework.request import Request

from common.adapters.api.rest import authorization
from common.adapters.api.vc_api import OperatorRequiredError, require_operator
from common.encoding import strict_json
from common.errors import MalformedInputError

ISSUER: Final = "opencrvs:auth-service"
ALGORITHM: Final = "RS256"
ISSUE: Final = "record.custom-action"  # OpenCRVS's scope for "Issue a verifiable credential"
PRINT: Final = "record.print-certified-copies"
MAX_TOKEN: Final = 20_000


def require_registrar(request: Request, *, scopes: Collection[str], now: datetime) -> None:
    """Raise unless the caller is the operator, or bears a registrar's token with one of `scopes`."""
    if settings.OPENCRVS_KEY_FILE:
        scheme, token = authorization(request)
        if scheme == "bearer" and token.count(".") == 2:
            _require_scope(_claims(token), scopes, now=now)
            return
    require_operator(request)


def _claims(token: str) -> dict[str, Any]:
    """The claims of a token that OpenCRVS's auth service signed."""
    key = jose.JWK.from_pem(Path(settings.OPENCRVS_KEY_FILE).read_bytes())
    signed = jws.JWS()
    signed.allowed_algs = [ALGORITHM]
    try:
        if len(token) > MAX_TOKEN:
            raise OperatorRequiredError("This token is too long.")
        signed.deserialize(token, key=key)
        return strict_json.loads_object(signed.payload)
    except (JWException, MalformedInputError, ValueError) as error:
        raise OperatorRequiredError("This token was not signed by OpenCRVS.") from error


def _require_scope(claims: dict[str, Any], scopes: Collection[str], *, now: datetime) -> None:
    expires, scope = claims.get("exp"), claims.get("scope")
    if claims.get("iss") != ISSUER or not isinstance(expires, int) or expires <= now.timestamp():
        raise OperatorRequiredError("This token of OpenCRVS has expired, or is another's.")
    if not isinstance(scope, list) or not set(_types(scope)) & set(scopes):
        raise OperatorRequiredError("This registrar may not do that.", code="forbidden", status=403)


def _types(scope: Iterable[Any]) -> Iterable[str]:
    """The kinds of scopes, which OpenCRVS writes as `type=record.custom-action&event=birth`."""
    for one in scope:
        if isinstance(one, str):
            yield from parse_qs(one).get("type", [one.partition("[")[0]])
