"""Sources without a network: what a test says is all there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.did import Fetched, ResolutionError, VerificationMethod, resolve, verification_method
from common.errors import FetchError, MalformedInputError
from common.keys import PublicKey
from common.rdf.contexts import SHIPPED
from common.trust.document_signers import find_document_signer, load_root
from tests.conftest import NOW


def method(did_url: str, key: PublicKey, *purposes: str) -> VerificationMethod:
    """A key as its controller, the DID before the `#`, publishes it; for assertions unless said."""
    controller = did_url.partition("#")[0]
    return VerificationMethod(did_url, controller, key, frozenset(purposes or ("assertionMethod",)))


@dataclass(frozen=True)
class StaticSources:
    """`methods` by DID URL, beside did:key and did:jwk, which need none; `issuers` by issuer and then by
    `kid` (None: no `kid` in the header); `contexts` for all issuers, `published` by issuer; `roots` of mdoc
    issuers as PEM, by URL.
    """

    methods: Mapping[str, VerificationMethod] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    published: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    issuers: Mapping[str, Mapping[str | None, VerificationMethod]] = field(default_factory=dict)
    roots: Mapping[str, bytes] = field(default_factory=dict)
    anchors: Sequence[bytes] = ()
    now: datetime = NOW  # at which certificates are looked at

    def method(self, did_url: str, *, purpose: str) -> VerificationMethod:
        if did_url in self.methods:
            return self.methods[did_url].require(purpose)
        if did_url.startswith(("did:key:", "did:jwk:")):
            return verification_method(did_url, purpose=purpose, resolve=_offline)
        raise ResolutionError("No such key.")

    def issuer_key(self, issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
        kid = header.get("kid")
        if issuer in self.issuers and kid in self.issuers[issuer]:
            return self.issuers[issuer][kid]
        found = self.method(str(kid), purpose="assertionMethod")
        if found.controller != issuer:
            raise ResolutionError("This key is another's.")
        return found

    def document_signer(self, chain: Sequence[bytes]) -> VerificationMethod:
        anchors = [load_root(pem) for pem in self.anchors]
        return find_document_signer(chain, anchors=anchors, fetch=self._fetch_root, now=self.now)

    def _fetch_root(self, url: str, *, accept: str = "application/json") -> Fetched:
        return Fetched(self.roots[url], accept) if url in self.roots else _refuse(url)

    def context(self, url: str, *, issuer: str) -> Mapping[str, Any]:
        for known in (SHIPPED, self.contexts, self.published.get(issuer, {})):
            if url in known:
                return known[url]
        raise MalformedInputError("No such context.")


def _offline(did: str) -> Any:
    return resolve(did, fetch=_refuse)


def _refuse(url: str, *, accept: str = "application/json") -> Fetched:
    raise FetchError("Tests have no network.")
