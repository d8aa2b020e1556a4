"""SD-JWT VCs and JWTs of the data model, signed by one and verified by another, as they were and changed."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Final

import pytest

from common.errors import SelloError
from common.keys import jwk
from tests.interop import library, peers
from tests.interop.matrix import OURS, pair

pytestmark = pytest.mark.interop
SIGNER: Final = library.signer("P-256")
DID: Final = library.did_of(SIGNER)
CARD: Final = {"vct": library.TYPE, **library.CLAIMS}
OPENVC, SD_JWT = "openvc-core", "@sd-jwt"
UNDER_VC = (
    "openvc-core looks for the credential of a JWT under its claim `vc`, as the data model 1.1 had it; in a"
    " vc+jwt the credential is the payload (VC-JOSE-COSE §3.1.1), as Credo reads the same token"
)


# --- the peers: each signs a card, and judges one ------------------------------------------------------
def sd_jwt_signs() -> str:
    return str(
        peers.run(
            "sign_sdjwt.mjs", claims=CARD, key=library.private_jwk(SIGNER), kid=SIGNER.key_id,
            holder=jwk.encode(library.ANA.public_key),
        )["credential"]
    )  # fmt: skip


def sd_jwt_judges(token: str) -> dict[str, Any]:
    return dict(peers.run("verify_sdjwt.mjs", credential=token)["claims"])


def _openvc_key() -> Any:
    from openvc import signing_key_from_jwk

    return signing_key_from_jwk(library.private_jwk(SIGNER), SIGNER.key_id)


def openvc_signs_sd_jwt() -> str:
    from openvc.proof.sd_jwt import SdJwtVcProofSuite

    token: str = SdJwtVcProofSuite().issue(
        {"iss": DID, **library.CLAIMS}, signing_key=_openvc_key(), disclosable=list(library.CLAIMS),
        holder_jwk=jwk.encode(library.ANA.public_key), vct=library.TYPE, expires_in_s=86_400, decoys=2,
    )  # fmt: skip
    return token


def openvc_signs_jwt() -> str:
    from openvc.proof.vc_jwt import VcJwtProofSuite

    token: str = VcJwtProofSuite().sign(library.document(DID), signing_key=_openvc_key())
    return token


def openvc_judges(token: str) -> dict[str, Any]:
    from openvc import verify_credential

    found = verify_credential(token).credential
    return dict(found.get("credentialSubject", found))


ABSENT: Final = pytest.mark.skipif(
    find_spec("openvc") is None, reason="openvc-core is not installed: say `make test-interop`"
)
Signs = Callable[[], str]
Judges = Callable[[str], dict[str, Any]]
PEERS: Final[list[tuple[str, str, Signs, Judges]]] = [
    (SD_JWT, "dc+sd-jwt", sd_jwt_signs, sd_jwt_judges),
    (OPENVC, "dc+sd-jwt", openvc_signs_sd_jwt, openvc_judges),
    (OPENVC, "vc+jwt", openvc_signs_jwt, openvc_judges),
]


def cases(*, ours_first: bool, tampered: bool = False) -> pytest.MarkDecorator:
    """Each peer with each format that it has, in the row of the matrix where the two meet."""
    found = []
    for name, credential_format, signs, judges in PEERS:
        marks = [pair(*((OURS, name) if ours_first else (name, OURS)), tampered=tampered)]
        if name == OPENVC:
            marks.append(ABSENT)
        if (name, credential_format) == (OPENVC, "vc+jwt") and ours_first:
            if tampered:
                continue
            marks.append(pytest.mark.xfail(reason=UNDER_VC, strict=True))
        case = (credential_format, signs, judges)
        found.append(pytest.param(*case, marks=marks, id=f"{name} {credential_format}"))
    return pytest.mark.parametrize(("credential_format", "signs", "judges"), found)


@cases(ours_first=True)
def test_they_take_what_we_signed(credential_format: str, signs: Signs, judges: Judges) -> None:
    assert judges(library.token(credential_format)).items() >= library.CLAIMS.items()


@cases(ours_first=True, tampered=True)
def test_they_refuse_another_signature(credential_format: str, signs: Signs, judges: Judges) -> None:
    with pytest.raises(Exception, match=r"(?i)signature|verif"):
        judges(library.bent(library.token(credential_format)))


@cases(ours_first=False)
def test_we_take_what_they_signed(credential_format: str, signs: Signs, judges: Judges) -> None:
    assert library.read(signs(), credential_format).items() >= library.CLAIMS.items()


@cases(ours_first=False, tampered=True)
def test_we_refuse_another_signature(credential_format: str, signs: Signs, judges: Judges) -> None:
    with pytest.raises(SelloError):
        library.read(library.bent(signs()), credential_format)
