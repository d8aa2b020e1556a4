"""OpenID4VP over the Digital Credentials API (Appendix A): what a page hands to the browser, and gets back.

The platform says from which origin a page asks, and the answer is for that origin.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.encoding import strict_json
from common.errors import SelloError, UnknownPartError
from common.formats.base import Secured
from common.keys import PrivateKey, Signer, jwe, jws
from common.oid4vp.client_id import ORIGIN, ClientId, parse_client_id
from common.oid4vp.errors import InvalidRequestError, InvalidResponseError
from common.oid4vp.request import (
    MAX_LENGTH,
    AuthorizationRequest,
    RequestReference,
    ResponseMode,
    create_request_object,
)
from common.oid4vp.response import MAX_BYTES, AuthorizationResponse, encrypt_response, parse_vp_token

UNSIGNED: Final = "openid4vp-v1-unsigned"
SIGNED: Final = "openid4vp-v1-signed"
PROTOCOLS: Final = (UNSIGNED, SIGNED)
MODE_OF: Final[Mapping[str, ResponseMode]] = {"direct_post": "dc_api", "direct_post.jwt": "dc_api.jwt"}
_ELSEWHERE: Final = ("client_id", "response_uri", "state")  # parameters that the API has no use for (A.2)


# --- the verifier ---------------------------------------------------------------------------------------
def create_unsigned_request(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of `navigator.credentials.get` for a request whose sender is known by its page alone."""
    return {"protocol": UNSIGNED, "data": _for_the_api(parameters)}


def create_signed_request(
    parameters: Mapping[str, Any],
    *,
    client_id: ClientId,
    origins: Sequence[str],
    signer: Signer,
    now: datetime,
    expires: datetime,
    x5c: Sequence[bytes] = (),
) -> dict[str, Any]:
    """The entry for a request under a client identifier, good on the pages of `origins` alone (A.3.2)."""
    asked = {**_for_the_api(parameters), "client_id": str(client_id), "expected_origins": list(origins)}
    token = create_request_object(asked, signer=signer, now=now, expires=expires, x5c=x5c)
    return {"protocol": SIGNED, "data": {"request": token}}


def open_answer(
    data: object, *, response_mode: ResponseMode, key: PrivateKey | None
) -> AuthorizationResponse:
    """The answer in `DigitalCredential.data` (A.4), in the clear or encrypted as the request wanted it."""
    if not isinstance(data, Mapping):
        raise InvalidResponseError("An answer of the Digital Credentials API is a JSON object.")
    if data.get("error") is not None:
        return AuthorizationResponse({}, error=str(data["error"])[:64])
    if response_mode == "dc_api":
        return AuthorizationResponse(parse_vp_token(data.get("vp_token"), encrypted=True))
    sealed = data.get("response")
    if key is None or not isinstance(sealed, str):
        raise InvalidResponseError("This answer should have been encrypted.")
    opened = strict_json.loads_object(jwe.decrypt(sealed, key=key), max_bytes=MAX_BYTES)
    return AuthorizationResponse(parse_vp_token(opened.get("vp_token"), encrypted=True))


# --- the wallet -----------------------------------------------------------------------------------------
def parse_api_request(protocol: object, data: object, *, origin: str) -> RequestReference:
    """What a page of `origin` asks; `request_object.verify_request` says who that is."""
    if protocol not in PROTOCOLS:
        raise UnknownPartError("protocol of the Digital Credentials API", protocol, PROTOCOLS)
    if not isinstance(data, Mapping) or not origin:
        raise InvalidRequestError("A request of the Digital Credentials API is an object from somewhere.")
    if protocol == UNSIGNED:
        return RequestReference(ClientId(ORIGIN, origin), parameters=data, origin=origin)
    token = data.get("request")
    if not isinstance(token, str):
        raise InvalidRequestError("A signed request of the Digital Credentials API has its request object.")
    claims = jws.parse(token, max_length=MAX_LENGTH).claims()
    return RequestReference(parse_client_id(claims.get("client_id")), request_object=token, origin=origin)


def create_dc_api_response(
    request: AuthorizationRequest, presentations: Mapping[str, Sequence[Secured]]
) -> dict[str, Any]:
    """What the wallet hands back as `data` (A.4)."""
    if not presentations or any(not each for each in presentations.values()):
        raise InvalidResponseError("An answer holds at least one presentation for each credential it names.")
    answer = {"vp_token": {name: list(each) for name, each in presentations.items()}}
    return answer if request.response_mode == "dc_api" else {"response": encrypt_response(request, answer)}


def create_error(error: SelloError) -> dict[str, Any]:
    """The wallet's refusal (A.4); it says no more than the code."""
    return {"error": error.code}


def _for_the_api(parameters: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: value for name, value in parameters.items() if name not in _ELSEWHERE}
    return {**asked, "response_mode": MODE_OF.get(asked["response_mode"], asked["response_mode"])}
