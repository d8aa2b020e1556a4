"""Honest bytes with which each parser's run begins."""

import json
from datetime import timedelta

from common.did import did_key
from common.encoding import base64url, cbor, multibase
from common.formats import FORMATS
from common.formats.base import Holder
from common.formats.data_integrity.ldp_vc import LdpVc
from common.keys import PrivateKey, jws
from common.status import bitstring, token, token_cwt
from common.status.bits import pack
from tests.common.formats.mdoc import mdoc_fixture as mdoc
from tests.common.formats.sd_jwt.salts import salts
from tests.common.trust.test_revocations import made
from tests.common.verification.farmers_fixture import FARMER, P256, SOURCES
from tests.conftest import NOW

ANA = PrivateKey("P-256", bytes(31) + b"\x0a")
HOLDER = Holder(ANA.public_key, did_key.encode(ANA.public_key))
URI = "https://registry.example/status/1"
TOKENS = pack({7: 1}, length=131_072, bits=2, order="least")
BITS = pack({7: 1}, length=131_072, bits=1, order="most")


def _sd_jwt() -> str:
    told = {"signer": P256, "holder": HOLDER, "sources": SOURCES, "now": NOW, "salt": salts()}
    return str(FORMATS["dc+sd-jwt"].issue(FARMER, **told))  # type: ignore[arg-type]


def _base_proof() -> bytes:
    told = {"signer": P256, "holder": HOLDER, "sources": SOURCES, "now": NOW, "salt": salts()}
    secured = LdpVc("ecdsa-sd-2023").issue(FARMER, **told)  # type: ignore[arg-type]
    assert not isinstance(secured, str)
    return str(secured["proof"]["proofValue"]).encode()


_SD_JWT, _MDOC = _sd_jwt(), mdoc.issue(holder=ANA)
_MEMBER = json.dumps(token.encode_list(TOKENS)).encode()
_LIST = {
    "uri": URI,
    "statuses": TOKENS,
    "signer": P256,
    "now": NOW,
    "expires": NOW + timedelta(days=1),
    "ttl": 9,
}
SPECIMENS: dict[str, tuple[bytes, ...]] = {
    "cbor": (base64url.decode(_MDOC), cbor.encode({1: [True, None, b"x", "y", {"a": -1}]})),
    "sd_jwt": (_SD_JWT.encode(),),
    "jws": (_SD_JWT.partition("~")[0].encode(), jws.sign({"typ": "JWT"}, {"a": 1}, signer=P256).encode()),
    "strict_json": (jws.parse(_SD_JWT.partition("~")[0]).payload, b'{"a":[1,-2,{"\\u00e9":null}],"b":1e3}'),
    "multibase": (_base_proof(), multibase.encode(b"\xed\x01" + bytes(32)).encode(), b"uAAEC"),
    "proof_value": (_base_proof(),),
    "token_list": (_MEMBER,),
    "token_list_cwt": (token_cwt.create(**_LIST),),  # type: ignore[arg-type]
    "bitstring": (bitstring.encode_list(BITS).encode(),),
    "mdoc": (base64url.decode(_MDOC), base64url.decode(mdoc.present(_MDOC, ANA))),
    "certificate": (mdoc.LEAF,),
    "revocations": (made({2: NOW}),),
}
