"""One parser under libFuzzer: `python -m tests.fuzzing.target TARGET CORPUS …`, with libFuzzer's options."""

import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["common"]):
    from common.did import Fetched
    from common.encoding import base64url, cbor, multibase, strict_json
    from common.errors import SelloError
    from common.formats import FORMATS
    from common.formats.data_integrity.ecdsa_sd_2023_value import parse_base, parse_derived
    from common.formats.mdoc import compact as mdoc_compact
    from common.keys import certificate, jws
    from common.status import bitstring, token, token_cwt
    from common.trust import certificates, revocations

from tests.common.formats.fakes import method
from tests.common.formats.mdoc import mdoc_fixture as mdoc
from tests.common.trust.test_revocations import ROOT_DER
from tests.common.verification.farmers_fixture import LIST_URL, P256, REGISTRY, SOURCES
from tests.conftest import NOW

FOUND = method(P256.key_id, P256.public_key)


def text(data: bytes) -> str:
    return data.decode("latin-1")


def sd_jwt(data: bytes) -> None:
    FORMATS["dc+sd-jwt"].verify_credential(text(data), sources=SOURCES, now=NOW)


def mdocs(data: bytes) -> None:
    kind, _ = mdoc_compact.parse(written := base64url.encode(data))
    if kind == "credential":
        mdoc.FORMAT.verify_credential(written, sources=mdoc.SOURCES, now=NOW)
    else:
        mdoc.FORMAT.verify_presentation(written, binding=mdoc.BINDING, sources=mdoc.SOURCES, now=NOW)


def chains(data: bytes) -> None:
    certificate.public_key(certificate.load(data))
    certificates.claims_anchor((data,), anchors=(mdoc.ROOT,))
    certificates.issuer_of((data,), issuer=mdoc.ISSUER, anchors=(mdoc.ROOT,), now=NOW)


def taken_back(data: bytes) -> None:
    path = (mdoc.LEAF, ROOT_DER)
    revocations.path_standing(path, fetch=lambda url, accept="": Fetched(data), now=NOW)


def proof_values(data: bytes) -> None:
    for parse in (parse_base, parse_derived):
        or_error(lambda parse=parse: parse(text(data)))  # type: ignore[misc]


TARGETS: dict[str, Callable[[bytes], object]] = {
    "cbor": cbor.decode,
    "sd_jwt": sd_jwt,
    "jws": lambda data: jws.parse(text(data)).claims(),
    "strict_json": strict_json.loads,
    "multibase": lambda data: multibase.decode(text(data)),
    "proof_value": proof_values,
    "token_list": lambda data: token.decode_list(strict_json.loads(data)),
    "token_list_cwt": lambda data: token_cwt.verify(
        data, uri=LIST_URL, issuer=REGISTRY, issuer_key=lambda *_: FOUND, now=NOW
    ),
    "bitstring": lambda data: bitstring.decode_list(text(data)),
    "mdoc": mdocs,
    "certificate": chains,
    "revocations": taken_back,
}


def or_error(call: Callable[[], object]) -> None:
    """Any value, or one of our errors."""
    try:
        call()
    except SelloError:
        return


def main() -> None:
    """Run until libFuzzer has enough; it ends the process itself."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, lambda data: or_error(lambda: target(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
