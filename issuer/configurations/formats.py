"""The formats of a configuration: an identifier, perhaps with a suite (`ldp_vc:eddsa-jcs-2022`)."""

from common.errors import UnknownPartError
from common.formats import FORMATS
from common.formats.base import Format
from common.formats.traits import Traits
from issuer.models import Authority


def securing_format(format_: str) -> Format:
    """What secures a credential in a format, with its suite; an unknown one names the known."""
    name, _, suite = format_.partition(":")
    if name not in FORMATS:
        raise UnknownPartError("format", format_, FORMATS)
    return FORMATS[name].with_suite(suite) if suite else FORMATS[name]


def format_profile(format_: str) -> Traits:
    """The traits of a format with its suite; an unknown one names the known."""
    return securing_format(format_).traits


def format_identifier(format_: str) -> str:
    """The OpenID4VCI identifier of a format, which does not say the suite."""
    return format_.partition(":")[0]


def issuer_identifier(authority: Authority, format_: Traits) -> str:
    """The identifier that stands in the credential: SD-JWT VC §3.5 wants a URL, VCDM takes a DID."""
    return authority.did if format_.data_model else authority.identifier
