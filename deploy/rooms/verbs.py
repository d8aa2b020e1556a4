"""Function names that several modules share, each with its reason; they are called with the module's name.

`base58.encode`, `did_key.resolve` and `sms.deliver` say what is encoded, resolved and delivered. All other
public functions have a name of their own, so that a reader finds one of them.
"""

from typing import Final

VERBS: Final = {
    "encode": "a codec: value to text or bytes",
    "decode": "a codec: text or bytes to value",
    "encode_list": "a codec: the bits of a status list, in its three forms",
    "decode_list": "a codec: the bits of a status list, in its three forms",
    "canonicalize": "a codec: JSON (RFC 8785), or RDF (RDFC-1.0)",
    "parse": "one leaf, one message: checks the shape and believes nothing",
    "read": "one leaf, one message: what it says, not yet verified",
    "create": "one leaf, one message: makes it",
    "sign": "one leaf, one message: makes it with a signer",
    "verify": "one leaf, one message: raises unless its signature holds",
    "resolve": "the interface of a DID method",
    "unlock": "the interface of an action",
    "valid": "the interface of a notice channel",
    "deliver": "the interface of a notice channel",
    "repeats": "the interface of a notice channel",
    "day": "a template's tag for the function of the same name",
    "clock": "a template's tag for the function of the same name",
    "moment": "a template's tag for the function of the same name",
    "withdraw_consent": "issuer and wallet each end a consent, and share no code",
    "offer_page": "a page of the issuer's, and one of the wallet's",
}
