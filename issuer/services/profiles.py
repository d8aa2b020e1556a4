"""What the issuer must know of a securing format beyond its interface: one dict, by format identifier."""

from dataclasses import dataclass
from typing import Final

from common.errors import UnknownPart
from common.oid4vci import key_proof
from issuer.models import Authority, StatusList


@dataclass(frozen=True, slots=True)
class Profile:
    """With which key a format is signed, under which name of the authority, and where its status stands."""

    curve: str
    algorithms: tuple[str, ...]  # credential_signing_alg_values_supported, in the format's own vocabulary
    status: str
    issuer_is_did: bool
    binding_methods: tuple[str, ...] = key_proof.BINDING_METHODS

    def issuer(self, authority: Authority) -> str:
        """The identifier that stands in the credential: SD-JWT VC §3.5 wants a URL, VCDM takes a DID."""
        return authority.did if self.issuer_is_did else authority.identifier


PROFILES: Final = {
    "ldp_vc": Profile("Ed25519", ("eddsa-rdfc-2022",), StatusList.Kind.BITSTRING, issuer_is_did=True),
    "dc+sd-jwt": Profile("P-256", ("ES256",), StatusList.Kind.TOKEN, issuer_is_did=False),
}


def profile(format_: str) -> Profile:
    """The profile of a format; an unknown one is an error that names the known."""
    if format_ not in PROFILES:
        raise UnknownPart("format", format_, PROFILES)
    return PROFILES[format_]
