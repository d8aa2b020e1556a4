"""Authorization responses (OpenID4VP §8): made by the wallet, opened by the verifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from common.encoding import jcs, strict_json
from common.errors import FetchError, MalformedInputError, SelloError
from common.formats.base import Secured
from common.keys import PrivateKey, jwe
from common.oid4vp.errors import InvalidResponseError
from common.oid4vp.request import AuthorizationRequest, ResponseMode
from common.oid4vp.transport import Send

MAX_BYTES: Final = 1_500_000  # of a whole response: larger than any honest one, small enough to hold
MAX_PRESENTATIONS: Final = 20


@dataclass(frozen=True, slots=True)
class OutgoingResponse:
    """What the wallet posts, and where to."""

    uri: str
    form: Mapping[str, str]

    @property
    def body(self) -> bytes:
        """The form as it travels."""
        return urlencode(self.form).encode("ascii")


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """A posted form before it is opened: `kid` or `state` tell which request it answers."""

    parameters: Mapping[str, str]
    kid: str = ""

    @property
    def encrypted(self) -> bool:
        """Whether it came as one JWE (OpenID4VP §8.3)."""
        return "response" in self.parameters

    @property
    def state(self) -> str:
        """The request's `state`, or an empty text where none was sent."""
        return self.parameters.get("state", "")


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """An opened answer: presentations by credential query id; or an `error`, and then none."""

    presentations: Mapping[str, tuple[Secured, ...]]
    error: str = ""


def create_response(
    request: AuthorizationRequest, presentations: Mapping[str, Sequence[Secured]]
) -> OutgoingResponse:
    """The wallet's answer: `vp_token` as a form, or inside a JWE for `direct_post.jwt` (§8.2, §8.3.1)."""
    if not presentations or any(not each for each in presentations.values()):
        raise InvalidResponseError("An answer holds at least one presentation for each credential it names.")
    token = {name: list(each) for name, each in presentations.items()}
    state = {"state": request.state} if request.state else {}
    if request.response_mode == "direct_post":
        form = {"vp_token": jcs.canonicalize(token).decode("utf-8"), **state}
        return OutgoingResponse(request.response_uri, form)
    return OutgoingResponse(
        request.response_uri, {"response": encrypt_response(request, {"vp_token": token, **state})}
    )


def encrypt_response(request: AuthorizationRequest, answer: Mapping[str, Any]) -> str:
    """The JWE of an answer, under the key and the content encryption that the request offers (§8.3)."""
    key = request.metadata.encryption_key
    if key is None or not request.metadata.encryptions:
        raise InvalidResponseError("The request offers no key to encrypt the answer to.")
    payload = jcs.canonicalize(answer)
    return jwe.encrypt(payload, recipient=key, encryption=request.metadata.encryptions[0])


def create_error_response(request: AuthorizationRequest, error: SelloError) -> OutgoingResponse:
    """The wallet's refusal, unencrypted in either mode (§8.3.1, §8.5); it says no more than the code."""
    state = {"state": request.state} if request.state else {}
    return OutgoingResponse(request.response_uri, {"error": error.code, **state})


def send_response(response: OutgoingResponse, *, send: Send) -> str:
    """Post the answer; returns the `redirect_uri` to lead the person to, empty where there is none (§8.2)."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    reply = send("POST", response.uri, headers=headers, body=response.body)
    if reply.status != 200:
        raise FetchError("The service did not accept the answer.", detail=f"status {reply.status}")
    try:
        answer = strict_json.loads_object(reply.body) if reply.body else {}
    except MalformedInputError as error:
        raise FetchError("The service's reply could not be read.") from error
    redirect = answer.get("redirect_uri") or ""
    if not isinstance(redirect, str) or (redirect and not redirect.startswith(("https://", "http://"))):
        raise FetchError("The service's reply leads nowhere.")
    return redirect


def parse_response_form(body: bytes) -> ReceivedForm:
    """Read a posted response without believing it; what is twice there, or too large, is refused."""
    if len(body) > MAX_BYTES:
        raise InvalidResponseError("This answer is too large.", status=413)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=20
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidResponseError("This is not a form.") from error
    parameters = dict(pairs)
    if not pairs or len(parameters) != len(pairs):
        raise InvalidResponseError("This answer is empty, or says something twice.")
    if any("\0" in value for value in parameters.values()):
        raise InvalidResponseError("This is not a form.")
    if "response" not in parameters:
        return ReceivedForm(parameters)
    kid = jwe.header(parameters["response"]).get("kid")
    if not isinstance(kid, str) or not kid.isprintable():
        raise InvalidResponseError("This encrypted answer does not name the key it was encrypted to.")
    return ReceivedForm(parameters, kid=kid)


def open_response(
    form: ReceivedForm, *, state: str, response_mode: ResponseMode, key: PrivateKey | None
) -> AuthorizationResponse:
    """The answer inside a form, for the request that had this `state`, mode and encryption `key`.

    An answer in the clear to a request for an encrypted one is refused, unless it is an error (§8.3.1).
    """
    values: Mapping[str, Any] = form.parameters
    if form.encrypted:
        if response_mode != "direct_post.jwt" or key is None:
            raise InvalidResponseError("This answer should not be encrypted.")
        values = strict_json.loads_object(
            jwe.decrypt(form.parameters["response"], key=key), max_bytes=MAX_BYTES
        )
    if values.get("state") != state:
        raise InvalidResponseError("This answer belongs to another request.")
    if values.get("error") is not None:
        error = str(values["error"])[:64]
        return AuthorizationResponse({}, error=error if error.isascii() and error.isprintable() else "error")
    if not form.encrypted and response_mode != "direct_post":
        raise InvalidResponseError("This answer should have been encrypted.")
    return AuthorizationResponse(parse_vp_token(values.get("vp_token"), encrypted=form.encrypted))


def parse_vp_token(value: Any, *, encrypted: bool) -> dict[str, tuple[Secured, ...]]:
    """Presentations by credential query id (§8.1); in a form in the clear, as JSON text."""
    if not encrypted and isinstance(value, str):
        value = strict_json.loads(value, max_bytes=MAX_BYTES)
    if not isinstance(value, Mapping) or not 0 < len(value) <= MAX_PRESENTATIONS:
        raise InvalidResponseError("vp_token is a JSON object of presentations by credential query.")
    for each in value.values():
        if not isinstance(each, list) or not 0 < len(each) <= MAX_PRESENTATIONS:
            raise InvalidResponseError("vp_token holds an array of presentations for each credential query.")
        if not all(isinstance(presentation, str | Mapping) for presentation in each):
            raise InvalidResponseError("A presentation is a string or a JSON object.")
    if sum(map(len, value.values())) > MAX_PRESENTATIONS:
        raise InvalidResponseError(f"More than {MAX_PRESENTATIONS} presentations are not accepted.")
    return {name: tuple(each) for name, each in value.items()}
