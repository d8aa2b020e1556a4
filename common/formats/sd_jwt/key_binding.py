"""The Key Binding JWT (RFC 9901 §4.3): the holder's word that this was shown to one verifier, once, now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from common.encoding import numeric_date
from common.errors import SelloError
from common.formats.base import Binding, BindingMismatchError
from common.formats.sd_jwt import transaction_data
from common.formats.sd_jwt.compact import SDJWT
from common.formats.sd_jwt.disclosure import digest
from common.keys import PublicKey, Signer, jws

TYPE: Final = "kb+jwt"
MAX_LENGTH: Final = 100_000
MAX_AGE: Final = 300  # seconds between signing and arriving
MAX_AHEAD: Final = 60  # seconds that a holder's clock may run ahead


def create(sd_jwt: SDJWT, *, binding: Binding, signer: Signer, hash_algorithm: str, now: datetime) -> str:
    """The Key Binding JWT over `sd_jwt` with its chosen Disclosures (§4.3, OpenID4VP 1.0 B.3.6)."""
    claims = {
        "iat": int(now.timestamp()),
        "aud": binding.audience,
        "nonce": binding.nonce,
        "sd_hash": digest(sd_jwt.without_key_binding(), algorithm=hash_algorithm),
        **transaction_data.hashes(binding.transaction_data),
    }
    return jws.sign({"typ": TYPE}, claims, signer=signer)


def verify(
    sd_jwt: SDJWT, *, binding: Binding, holder_key: PublicKey | None, hash_algorithm: str, now: datetime
) -> PublicKey:
    """The holder's key, once it is seen to have signed this very SD-JWT for `binding`, now (§7.3 step 5)."""
    if sd_jwt.key_binding is None:
        raise BindingMismatchError("This presentation lacks its holder's signature.")
    if holder_key is None:
        raise BindingMismatchError("This credential is bound to no holder, and the request asks for one.")
    try:
        parsed = jws.parse(sd_jwt.key_binding, max_length=MAX_LENGTH)
        claims = jws.verify(parsed, key=holder_key, typ=TYPE).claims()
    except SelloError as error:
        raise BindingMismatchError("The holder's signature does not hold.", detail=str(error)) from error
    _check_time(claims, now=now)
    if claims.get("aud") != binding.audience:
        raise BindingMismatchError("This presentation was made for another verifier.")
    if claims.get("nonce") != binding.nonce:
        raise BindingMismatchError("This presentation was made for another request.")
    if claims.get("sd_hash") != digest(sd_jwt.without_key_binding(), algorithm=hash_algorithm):
        raise BindingMismatchError("The holder signed other claims than those shown.")
    transaction_data.verify(claims, entries=binding.transaction_data)
    return holder_key


def _check_time(claims: Mapping[str, Any], *, now: datetime) -> None:
    issued, seconds = numeric_date.parse_numeric_date(claims, "iat"), now.timestamp()
    expires, begins = (
        numeric_date.parse_numeric_date(claims, "exp"),
        numeric_date.parse_numeric_date(claims, "nbf"),
    )
    if issued is None or not seconds - MAX_AGE <= issued <= seconds + MAX_AHEAD:
        raise BindingMismatchError("This presentation was made at another time.")
    if (expires is not None and expires <= seconds) or (begins is not None and begins > seconds):
        raise BindingMismatchError("This presentation is not valid at this time.")
