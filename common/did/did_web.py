"""did:web (W3C CCG did:web method): the document lies on the web server of its controller."""

import re
from urllib.parse import quote, unquote

from common.did.document import DIDDocument, Fetch, ResolutionError, parse_document
from common.encoding import strict_json

_HOST = re.compile(r"[A-Za-z0-9.-]+(%3[Aa][0-9]{1,5})?\Z")
_SEGMENT = re.compile(r"([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+\Z")
_NO_SEGMENT = re.compile(r"\.{1,2}\Z|.*[/\\?#\x00-\x1f\x7f]", re.DOTALL)  # what would lead elsewhere, decoded


def encode(url: str) -> str:
    """The did:web of an http(s) URL without query: `https://h:1/a/b` is `did:web:h%3A1:a:b`."""
    host, *path = url.split("://", 1)[1].strip("/").split("/")
    return ":".join(["did:web", host.replace(":", "%3A"), *(quote(part, safe="%") for part in path)])


def document_url(did: str) -> str:
    """Where the document lies (did:web §3.2); always https, the door to the network may know better."""
    host, *path = did.removeprefix("did:web:").split(":")
    if not _HOST.match(host) or any(
        not _SEGMENT.match(part) or _NO_SEGMENT.match(unquote(part)) for part in path
    ):
        raise ResolutionError("This did:web is not well formed.", code="invalidDid")
    base = f"https://{unquote(host)}"
    return "/".join([base, *path, "did.json"]) if path else f"{base}/.well-known/did.json"


def resolve(did: str, *, fetch: Fetch) -> DIDDocument:
    """Fetch the document and read it; it must speak of this very DID."""
    fetched = fetch(
        document_url(did), accept="application/did+json, application/did+ld+json, application/json"
    )
    return parse_document(strict_json.loads_object(fetched.body), did=did)
