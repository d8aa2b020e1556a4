"""The status of a verified credential: its lists fetched, verified like any credential, and read.

A credential stands no longer than the certificates by which its issuer's key was found.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from common.did import Fetch, Fetched, VerificationMethod
from common.encoding import strict_json
from common.errors import MalformedInputError, SelloError
from common.formats.base import Sources, VerifiedCredential
from common.formats.detect import find_format
from common.formats.w3c.envelopes import unwrap_envelope
from common.status.check import StatusOutcome, determine_status, gravest
from common.status.status_list import ListCache
from common.trust import certificates
from common.trust.issuer_keys import PURPOSE
from common.trust.revocations import path_standing
from common.trust.status_signers import status_signer
from common.vcdm.credential import StatusReference


class StatusSubject(Protocol):
    """What a status is asked of: a verified credential, or as much of one."""

    @property
    def issuer(self) -> str:
        """Who issued it."""

    @property
    def status(self) -> Sequence[StatusReference]:
        """The places in status lists that it names."""

    @property
    def certificates(self) -> Sequence[bytes]:
        """The DER certificates that its signature came with, leaf first."""


def credential_status(
    credential: StatusSubject,
    *,
    sources: Sources,
    fetch: Fetch,
    fetch_revocations: Fetch,
    lists: ListCache,
    now: datetime,
) -> StatusOutcome:
    """Valid, revoked, suspended or undetermined; never an error, and never a guess.

    `fetch_revocations` brings lists of certificates taken back, perhaps from a cache.
    """

    def verify_list(fetched: Fetched) -> VerifiedCredential:
        text = fetched.body.decode("utf-8", errors="replace").strip()
        secured = unwrap_envelope(strict_json.loads_object(text)) if text.startswith("{") else text
        _, format_, kind = find_format(secured)
        if kind != "credential":
            raise MalformedInputError("A status list is a credential.")
        return format_.verify_credential(secured, sources=sources, now=now)

    def list_key(issuer: str, header: Mapping[str, Any]) -> VerificationMethod:
        """By the credential's own chain where it has one, else as the issuer publishes its keys."""
        if not credential.certificates:
            return sources.issuer_key(issuer, header)
        chain = certificates.read_x5c(header["x5c"]) if "x5c" in header else credential.certificates[:1]
        try:
            key = status_signer(chain, vouching=credential.certificates, now=now)
        except SelloError:
            if "://" not in issuer and not issuer.startswith("did:"):
                raise  # a root that was entered by hand: nobody else could be asked
            return sources.issuer_key(issuer, header)
        return VerificationMethod(f"{issuer}#status", issuer, key, frozenset({PURPOSE}))

    listed = determine_status(
        credential.status,
        issuer=credential.issuer,
        fetch=fetch,
        issuer_key=list_key,
        verify_list=verify_list,
        lists=lists,
        now=now,
    )
    if not credential.certificates:
        return listed
    return gravest([listed, path_standing(credential.certificates, fetch=fetch_revocations, now=now)])
