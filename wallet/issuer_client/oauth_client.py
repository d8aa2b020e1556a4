"""Requests that prove something of who sends them: a key (DPoP), and a wallet for which its provider vouches.

A server that wants its own nonce or challenge in a proof says so, and the request is made again. One that
does not know our provider, and takes wallets without, gets none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from common.adapters.network import http
from common.errors import FetchError
from common.oid4vci.authorization_server import ANONYMOUS, AuthorizationServerMetadata
from common.oid4vci.wallet_attestation import CHALLENGE_HEADER, parse_challenge_response
from wallet.attestation.instance import WalletInstance
from wallet.issuer_client.access_tokens import DpopKey
from wallet.issuer_client.transport import IssuerUnreachableError, send_request

TRIES: Final = 4  # as it is, with a nonce, with a challenge, without a provider
UNKNOWN: Final = ("invalid_client_attestation", "invalid_client")


def post_with_proof(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: DpopKey | None,
    access_token: str | None,
    now: datetime,
) -> http.HttpReply:
    """A POST with a proof of possession where there is a key."""
    reply = _post_once(url, headers, body, key=key, access_token=access_token, now=now)
    if key is not None and _learn_nonce(key, reply):
        return _post_once(url, headers, body, key=key, access_token=access_token, now=now)
    return reply


def post_form(
    server: AuthorizationServerMetadata,
    url: str,
    fields: Mapping[str, str],
    *,
    key: DpopKey | None,
    instance: WalletInstance | None,
    now: datetime,
) -> http.HttpReply:
    """A form for an endpoint of `server`, with the proofs that it asks for."""
    body = urlencode(fields).encode()
    for _ in range(TRIES):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        headers |= _vouched(server, instance, now)
        reply = _post_once(url, headers, body, key=key, access_token=None, now=now)
        again = key is not None and _learn_nonce(key, reply)
        if instance is not None and _learn_challenge(server, instance, reply):
            again = True
        if not again:
            break
    return reply


def _post_once(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: DpopKey | None,
    access_token: str | None,
    now: datetime,
) -> http.HttpReply:
    proof = {"DPoP": key.prove("POST", url, access_token, now)} if key is not None else {}
    return send_request("POST", url, headers={**headers, **proof}, body=body)


def _vouched(
    server: AuthorizationServerMetadata, instance: WalletInstance | None, now: datetime
) -> Mapping[str, str]:
    """The provider's word and the proof for it, over the server's challenge where it gives any (§6).

    Sections are those of attestation-based client authentication, draft -11.
    """
    if instance is None or not instance.vouched:
        return {}
    if instance.challenge is None and server.challenge_endpoint is not None:
        reply = send_request(
            "POST", server.challenge_endpoint, headers={"Accept": "application/json"}, body=b""
        )
        if reply.status != 200:
            raise IssuerUnreachableError(
                FetchError("The server gives no challenge.", detail=str(reply.status))
            )
        instance.challenge = parse_challenge_response(reply.body)
    return instance.headers(server.issuer, now=now)


def _learn_nonce(key: DpopKey, reply: http.HttpReply) -> bool:
    """Keep the nonce for the next proof; whether a refusal was but a wish for it (RFC 9449 §8, §9)."""
    before, key.nonce = key.nonce, reply.headers.get("dpop-nonce", key.nonce)
    return key.nonce != before and _refused(reply, "use_dpop_nonce")


def _learn_challenge(
    server: AuthorizationServerMetadata, instance: WalletInstance, reply: http.HttpReply
) -> bool:
    """Keep the challenge for the next proof (§6.2); whether another proof, or none, may help."""
    if not instance.vouched:
        return False
    instance.challenge = reply.headers.get(CHALLENGE_HEADER.lower())
    if _refused(reply, "use_attestation_challenge"):
        return True
    if ANONYMOUS in server.client_authentication and _refused(reply, *UNKNOWN):
        instance.vouched = False
        return True
    return False


def _refused(reply: http.HttpReply, *codes: str) -> bool:
    """Whether an answer is a refusal for one of these reasons."""
    said = reply.body + reply.headers.get("www-authenticate", "").encode()
    return reply.status in (400, 401) and any(f'"{code}"'.encode() in said for code in codes)
