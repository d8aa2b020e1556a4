"""What the issuer must know of a securing format beyond its interface: one dict, by format identifier."""

from dataclasses import dataclass, replace
from typing import Final

from common.errors import UnknownPartError
from common.formats import FORMATS
from common.formats.base import Format
from common.formats.data_integrity import SUITES, ecdsa_sd_2023
from common.formats.data_integrity.ldp_vc import LdpVc
from common.keys import cose
from common.oid4vci import key_proof
from issuer.models import Authority, StatusList


@dataclass(frozen=True, slots=True)
class FormatProfile:
    """With which key a format is signed, under which name of the authority, and where its status stands."""

    curve: str
    algorithms: tuple[
        str | int, ...
    ]  # credential_signing_alg_values_supported, in the format's own vocabulary
    status: str
    issuer_is_did: bool
    binding_methods: tuple[str, ...] = key_proof.BINDING_METHODS
    selective: bool = False  # whether the holder chooses which claims to show
    certified: bool = False  # whether a document signer signs, under the authority's root
    vouched: bool = False  # whether that root's word on the authority's own key goes along (HAIP 1.0 §6.1.1)

    def issuer(self, authority: Authority) -> str:
        """The identifier that stands in the credential: SD-JWT VC §3.5 wants a URL, VCDM takes a DID."""
        return authority.did if self.issuer_is_did else authority.identifier


FORMAT_PROFILES: Final = {
    "ldp_vc": FormatProfile("Ed25519", ("eddsa-rdfc-2022",), StatusList.Kind.BITSTRING, issuer_is_did=True),
    "dc+sd-jwt": FormatProfile(
        "P-256", ("ES256",), StatusList.Kind.TOKEN, issuer_is_did=False, selective=True, vouched=True
    ),
    "vc+jwt": FormatProfile("P-256", ("ES256",), StatusList.Kind.BITSTRING, issuer_is_did=True),
    "jwt_vc_json": FormatProfile("P-256", ("ES256",), StatusList.Kind.BITSTRING, issuer_is_did=True),
    "mso_mdoc": FormatProfile(
        "P-256",
        (cose.ALGORITHMS["P-256"][0],),
        StatusList.Kind.TOKEN,
        issuer_is_did=False,
        binding_methods=("cose_key",),
        selective=True,
        certified=True,
    ),
}


def format_profile(format_: str) -> FormatProfile:
    """The profile of a format, perhaps with a suite after a colon; an unknown one names the known."""
    name, _, suite = format_.partition(":")
    if name not in FORMAT_PROFILES:
        raise UnknownPartError("format", format_, FORMAT_PROFILES)
    found = FORMAT_PROFILES[name]
    if not suite or suite in found.algorithms:
        return found
    if name != "ldp_vc" or suite not in SUITES:
        raise UnknownPartError(
            f"suite of {name}", suite, SUITES if name == "ldp_vc" else map(str, found.algorithms)
        )
    selective = suite == ecdsa_sd_2023.NAME
    return replace(found, curve=SUITES[suite].CURVES[0], algorithms=(suite,), selective=selective)


def format_identifier(format_: str) -> str:
    """The OpenID4VCI identifier of a format, which does not say the suite."""
    return format_.partition(":")[0]


def securing_format(format_: str) -> Format:
    """What secures a credential in this format, with the suite named after a colon."""
    name, _, suite = format_.partition(":")
    return LdpVc(suite) if suite else FORMATS[name]
