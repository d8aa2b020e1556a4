"""Independent judges of credentials, offline: they see what is handed to them and nothing else."""

import base64
import json
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from tests.interop import peers


class Web(Protocol):
    """Where the evidence is gathered."""

    def get(self, url: str, *, accept: str = ...) -> str: ...


def judge(web: Web, credential: Any, **options: Any) -> dict[str, Any]:
    """What the judge of the credential's format says, with today's published documents before it."""
    if isinstance(credential, str):
        return peers.run(
            "verify_sdjwt.mjs", credential=credential, **evidence_of_sd_jwt(web, credential), **options
        )
    return peers.run(
        "verify_ldp.mjs", credential=credential, documents=evidence_of_ldp(web, credential), **options
    )


def evidence_of_ldp(web: Web, credential: dict[str, Any]) -> dict[str, Any]:
    """The issuer's DID document, its own contexts and its status lists, by URL."""
    contexts = [url for url in credential["@context"] if not url.startswith("https://www.w3.org/")]
    statuses = credential.get("credentialStatus", [])
    lists = [
        entry["statusListCredential"] for entry in (statuses if isinstance(statuses, list) else [statuses])
    ]
    issuer = credential["issuer"] if isinstance(credential["issuer"], str) else credential["issuer"]["id"]
    return {
        did_document_url(issuer): json.loads(web.get(did_document_url(issuer))),
        **{url: json.loads(web.get(url, accept="application/ld+json")) for url in contexts},
        **{url: json.loads(web.get(url, accept="application/vc")) for url in lists},
    }


def evidence_of_sd_jwt(web: Web, token: str) -> dict[str, Any]:
    """The issuer's published keys and the status list token, by URL."""
    payload = payload_of(token)
    parts = urlsplit(payload["iss"])
    where = f"{parts.scheme}://{parts.netloc}/.well-known/jwt-vc-issuer{parts.path}"
    uri = payload["status"]["status_list"]["uri"]
    return {
        "documents": {where: json.loads(web.get(where))},
        "status_lists": {uri: web.get(uri, accept="application/statuslist+jwt")},
    }


def payload_of(token: str) -> dict[str, Any]:
    """The payload of an SD-JWT as it stands, unverified."""
    part = token.split("~", maxsplit=1)[0].split(".")[1]
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload


def did_document_url(did: str) -> str:
    """Where a did:web of loopback publishes its document."""
    host, *path = did.removeprefix("did:web:").split(":")
    return f"http://{unquote(host)}/{'/'.join(path)}/did.json"
