"""What may break a rule, by rule and module, with the reason. A line that is no longer needed goes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from deploy.rooms.modules import Tree

Exceptions = Mapping[str, Mapping[str, str]]
EXCEPTIONS: Final[Exceptions] = {
    "stay_at_home": {
        "common.adapters.api.openapi.vc_api": "examples that readers of the API see",
        "issuer.api.schemas.metadata": "examples that readers of the API see",
        "issuer.api.schemas.vc_api": "examples that readers of the API see",
        "common.did.did_webvh": "the method prescribes this suite for its log (did:webvh 1.0 §3.7.5)",
        "common.formats.data_integrity.ldp_vc": "a presentation shows tokens in envelopes as well (§4.13.2)",
        "common.formats.w3c.vc_token": "the token of those envelopes, which is a format as well",
        "issuer.issuance.opencrvs": "OpenCRVS asks for these two formats, each at its own address",
        "verifier.payments.programmes.sample": "sample rows, as an operator would enter them",
        "verifier.services.sample": "sample rows, as an operator would enter them",
        "issuer.models.registry": "the default of a row",
    },
}


def broken(
    rule: Callable[[Tree], Iterator[str]], tree: Tree, exceptions: Exceptions = EXCEPTIONS
) -> list[str]:
    """What a rule says of the tree, but of modules that are excepted from it."""
    excepted = exceptions.get(rule.__name__, {})
    return [each for each in rule(tree) if each.split(" ")[0] not in excepted]


def needless(
    rule: Callable[[Tree], Iterator[str]], tree: Tree, exceptions: Exceptions = EXCEPTIONS
) -> list[str]:
    """The modules that are excepted from a rule and do not break it."""
    breaking = {each.split(" ")[0] for each in rule(tree)}
    return sorted(set(exceptions.get(rule.__name__, {})) - breaking)
