"""`Sources` of this process: DIDs, issuer keys and contexts through the one door, kept for a named time."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from cryptography import x509
from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from common import purse
from common.adapters.documents import certificate_files
from common.adapters.network.http import fetch
from common.did import (
    DIDDocument,
    Fetched,
    ResolutionError,
    VerificationMethod,
    did_web,
    parse_document,
    resolve,
    verification_method,
)
from common.encoding import strict_json
from common.errors import MalformedInputError
from common.rdf.contexts import SHIPPED
from common.status.check import StatusOutcome
from common.status.status_list import DecodedStatusList
from common.trust import TrustList, document_signers, issuer_keys
from common.verification.credential_status import StatusSubject, credential_status

DID_SECONDS: Final = 300
METADATA_SECONDS: Final = 300
REVOCATION_SECONDS: Final = 300
CONTEXT_SECONDS: Final = 3600


class SiteSources:
    """`common.formats.base.Sources` over the network door and Django's cache."""

    def __init__(
        self,
        *,
        anchors: Sequence[x509.Certificate] = (),
        trust: TrustList | None = None,
    ) -> None:
        """`anchors` vouch for the certificates that issuers send along.

        With a `trust` list, issuers that are not on it are refused before anything is fetched for them.
        """
        self._anchors, self._trust = tuple(anchors), trust

    def method(self, did_url: str, *, purpose: str) -> VerificationMethod:
        """The key of a DID URL, authorised by its controller for `purpose`."""
        if purpose == issuer_keys.PURPOSE:
            self._require_known(did_url.partition("#")[0])
        found = verification_method(did_url, purpose=purpose, resolve=resolve_did)
        return found.require_current(timezone.now())

    def issuer_key(self, issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
        """The key that `issuer` publishes under a JOSE header's `kid` or `x5c`."""
        self._require_known(issuer)
        return issuer_keys.issuer_key(
            issuer,
            header,
            resolve=resolve_did,
            fetch=_fetch_metadata,
            anchors=self._anchors,
            now=timezone.now(),
        )

    def document_signer(self, chain: Sequence[bytes]) -> VerificationMethod:
        """The key of an mdoc's certificate chain, its `controller` the issuer whose root vouches for it."""
        return document_signers.find_document_signer(
            chain, anchors=self._anchors, fetch=self._fetch_root, now=timezone.now()
        )

    def context(self, url: str, *, issuer: str) -> Mapping[str, Any]:
        """A context of the closed set, or one that `issuer` publishes under its own did:web address."""
        if url in SHIPPED:
            return SHIPPED[url]
        if not _lies_under(url, issuer=issuer):
            raise MalformedInputError(
                "A JSON-LD context is neither a known one nor its issuer's own.", detail=url
            )
        self._require_known(issuer)
        key, paying = _key("context", url), purse.current_purse()
        brought = {} if paying is None else paying.brought
        document = brought.get(key) or caches["contexts"].get(key)
        if document is None:
            fetched = fetch(url, accept="application/ld+json, application/json")
            document = strict_json.loads_object(fetched.body)  # "@version": 1.1
            caches["contexts"].set(key, document, CONTEXT_SECONDS)
        if not is_own_address(url):
            brought[key] = document
        found: Mapping[str, Any] = document
        return found

    def _fetch_root(self, url: str, *, accept: str = "application/json") -> Fetched:
        self._require_known(url.removesuffix(document_signers.root_url("")))
        return _fetch_metadata(url, accept=accept)

    def _require_known(self, issuer: str) -> None:
        """Nothing is fetched for the keys of a did:key, nor for whom a certificate names."""
        if self._trust is not None and issuer.startswith(("did:web", "https://", "http://")):
            self._trust.require_known(issuer)


class CachedLists:
    """`common.status.status_list.ListCache` in Django's cache.

    What this very process publishes is read anew each time: it costs no journey, and a change counts at once.
    """

    def get(self, key: str) -> DecodedStatusList | None:
        """The decoded list under its key, or None."""
        found: DecodedStatusList | None = caches["lists"].get(_key("status", key))
        return found

    def put(self, key: str, value: DecodedStatusList, *, seconds: int) -> None:
        """Keep a list for so many seconds; the site's own lists are read anew each time."""
        if seconds > 0 and not is_own_address(key.rpartition(" ")[2]):
            caches["lists"].set(_key("status", key), value, seconds)


def sources(*, trust: TrustList | None = None) -> SiteSources:
    """The sources of this process; who vouches for issuers' certificates stands in `ISSUER_CA_FILE`."""
    return SiteSources(anchors=certificate_files.certificates(settings.ISSUER_CA_FILE), trust=trust)


def check_credential_status(credential: StatusSubject, *, now: datetime) -> StatusOutcome:
    """Valid, revoked, suspended or undetermined; lists are fetched through the door and kept for a while."""
    return credential_status(
        credential,
        sources=sources(),
        fetch=fetch,
        fetch_revocations=_fetch_revocations,
        lists=CachedLists(),
        now=now,
    )


def resolve_did(did: str) -> DIDDocument:
    """`common.did.resolve` through the door; documents from the web are kept for `DID_SECONDS`."""
    if not did.startswith(("did:web:", "did:webvh:")):
        return resolve(did, fetch=fetch)
    key = _key("did", did)
    source = caches["dids"].get(key)
    if source is not None:
        return parse_document(source, did=did)
    document = resolve(did, fetch=fetch)
    caches["dids"].set(key, dict(document.source), DID_SECONDS)
    return document


def is_own_address(url: str) -> bool:
    """Whether this very process publishes what lies there."""
    return "issuer" in settings.ROLES and url.startswith(f"{settings.BASE_URL}/")


def _fetch_revocations(url: str, *, accept: str = "application/json") -> Fetched:
    """A list of certificates taken back; our own is read anew each time, as our status lists are."""
    key = _key("revocations", url)
    found: Fetched | None = caches["lists"].get(key)
    if found is None:
        found = fetch(url, accept=accept)
        if not is_own_address(url):
            caches["lists"].set(key, found, REVOCATION_SECONDS)
    return found


def _fetch_metadata(url: str, *, accept: str = "application/json") -> Fetched:
    key = _key("metadata", url)
    found: Fetched | None = caches["documents"].get(key)
    if found is None:
        found = fetch(url, accept=accept)
        caches["documents"].set(key, found, METADATA_SECONDS)
    return found


def _lies_under(url: str, *, issuer: str) -> bool:
    """Whether `url` is below the folder of a did:web's own document; http counts where the door allows it."""
    if not issuer.startswith("did:web:"):
        return False
    try:
        home, parts = urlsplit(did_web.document_url(issuer)), urlsplit(url)
    except (ResolutionError, ValueError):
        return False
    if parts.scheme not in ("https", "http") or parts.netloc != home.netloc:
        return False
    if parts.query or parts.fragment or unquote(parts.path) != parts.path:
        return False
    folder = home.path.removesuffix("did.json").removesuffix(".well-known/")
    return parts.path.startswith(folder) and ".." not in parts.path.split("/")


def _key(kind: str, name: str) -> str:
    return f"{kind}:{hashlib.sha256(name.encode()).hexdigest()}"
