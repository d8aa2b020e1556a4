"""A wallet of another make, in a few lines: its answers can be repeated, altered and forged on the wire."""

from dataclasses import replace
from datetime import UTC, datetime

from common.encoding import base64url
from common.formats.base import Binding
from common.formats.sd_jwt import compact, key_binding
from common.formats.sd_jwt.disclosure import DEFAULT_HASH
from common.formats.sd_jwt.processing import process
from common.formats.sd_jwt.selection import select_disclosures
from common.keys import PrivateKey, jws
from common.oid4vp.request import parse_authorization_request, parse_request_parameters
from common.oid4vp.response import OutgoingResponse, create_response
from deploy.demo.browser import call


def answer(link: str, credential: str, *, key: PrivateKey, claim: str) -> OutgoingResponse:
    """The answer to a request by value, showing one claim of an SD-JWT; `key` signs, whoever's it is."""
    request = parse_request_parameters(parse_authorization_request(link).parameters)
    held = compact.parse(credential)
    shown = select_disclosures(process(jws.parse(held.jwt).claims(), held.disclosures), [(claim,)])
    bare = compact.SDJWT(held.jwt, shown)
    binding = Binding(audience=str(request.client_id), nonce=request.nonce)
    signed = key_binding.create(
        bare, binding=binding, signer=key, hash_algorithm=DEFAULT_HASH, now=datetime.now(UTC)
    )
    presented = replace(bare, key_binding=signed).serialize()
    return create_response(request, {request.query.credentials[0].id: [presented]})


def tampered(credential: str) -> str:
    """The same SD-JWT with a later end of life written into it; its signature stays as it was."""
    held = compact.parse(credential)
    header, payload, signature = held.jwt.split(".")
    claims = base64url.decode(payload).replace(b'"exp":1', b'"exp":9')
    return replace(held, jwt=f"{header}.{base64url.encode(claims)}.{signature}").serialize()


def redirected(response: OutgoingResponse, *, to: OutgoingResponse) -> OutgoingResponse:
    """What was said to one request, sent as the answer to another."""
    return OutgoingResponse(to.uri, {**to.form, "vp_token": response.form["vp_token"]})


def send(response: OutgoingResponse) -> int:
    """Post it; the HTTP status."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return call("POST", response.uri, body=response.body, headers=headers)[0]


def get(url: str) -> bytes:
    """What lies at an address."""
    return call("GET", url)[1]
