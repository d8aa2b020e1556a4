"""`toy`: documents of the data model in a JWS behind a mark; the least that a securing format consists of."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from common.errors import MalformedInputError
from common.formats.base import (
    Binding,
    BindingMismatchError,
    Declared,
    Format,
    Holder,
    Secured,
    Sources,
    VerifiedCredential,
    VerifiedPresentation,
)
from common.formats.query_meta import TypeValues
from common.formats.traits import Kind, PublishedType, Traits, TypeNames
from common.formats.w3c.data_model import create_unsecured, verified_credential
from common.keys import Signer, jws
from common.vcdm import validation
from common.vcdm.credential import ClaimPath, Credential

MARK: Final = "toy:"
SHOWN: Final = "toy-shown:"
MAX_AGE: Final = timedelta(minutes=5)


class ToyFormat(Format):
    """The `Format`; what it leaves out (suites, selection, showing unsigned) is as the base class has it."""

    @property
    def traits(self) -> Traits:
        """As those of other tokens."""
        return Traits(
            identifier="toy",
            query_meta=TypeValues(),
            vp_format={"alg_values": ["ES256"]},
            curve="P-256",
            algorithms=("ES256",),
            status_list="bitstring",
            data_model=True,
        )

    def issue(
        self,
        credential: Credential,
        *,
        signer: Signer,
        holder: Holder | None,
        sources: Sources,
        now: datetime,
        salt: Callable[[], str],
    ) -> Secured:
        """The document, signed by its issuer."""
        document = create_unsecured(credential, holder=holder)
        return MARK + jws.sign({"kid": signer.key_id}, document, signer=signer)

    def verify_credential(self, secured: Secured, *, sources: Sources, now: datetime) -> VerifiedCredential:
        """The credential, once its issuer's own key is seen to have signed it and it is valid now."""
        parsed = _parsed(secured, MARK)
        document = parsed.claims()
        validation.validate_credential(document, accept_v1=False)
        method = sources.issuer_key(validation.issuer_id(document), parsed.header)
        jws.verify(parsed, key=method.public_key, typ=None)
        return verified_credential(
            document, format_="toy", key_id=method.id, types=tuple(document["type"]), now=now
        )

    def present(
        self,
        secured: Secured,
        *,
        disclose: Sequence[ClaimPath] | None,
        binding: Binding,
        signer: Signer,
        sources: Sources,
        now: datetime,
    ) -> Secured:
        """The whole credential, signed by its holder for one request."""
        said = {
            "shown": secured,
            "aud": binding.audience,
            "nonce": binding.nonce,
            "iat": int(now.timestamp()),
        }
        return SHOWN + jws.sign({"kid": signer.key_id}, said, signer=signer)

    def verify_presentation(
        self, presented: Secured, *, binding: Binding, sources: Sources, now: datetime
    ) -> VerifiedPresentation:
        """The credential shown, once it holds and its subject signed for this very request, now."""
        parsed = _parsed(presented, SHOWN)
        declared = self.parse_presentation(presented)
        if declared.binding != binding or declared.made is None or abs(now - declared.made) > MAX_AGE:
            raise BindingMismatchError("This presentation was made for another request.")
        [secured] = declared.credentials
        credential = self.verify_credential(secured, sources=sources, now=now)
        method = sources.method(str(parsed.header.get("kid")), purpose="authentication")
        jws.verify(parsed, key=method.public_key, typ=None)
        if credential.subject != method.controller:
            raise BindingMismatchError("A credential was shown by somebody else than its holder.")
        return VerifiedPresentation((credential,), method.controller, binding.transaction_data)

    def detect(self, secured: Secured) -> Kind | None:
        """By the mark before the token."""
        if isinstance(secured, str) and secured.startswith((MARK, SHOWN)):
            return "credential" if secured.startswith(MARK) else "presentation"
        return None

    def parse_presentation(self, presented: Secured) -> Declared:
        """What a presentation says of itself."""
        said: dict[str, Any] = _parsed(presented, SHOWN).claims()
        made = datetime.fromtimestamp(int(said["iat"]), tz=UTC)
        return Declared((str(said["shown"]),), Binding(str(said["aud"]), str(said["nonce"])), made)

    def publish(self, names: TypeNames) -> PublishedType:
        """By its types, as other formats of the data model."""
        return PublishedType(types=("VerifiableCredential", names.type))


def _parsed(secured: Secured, mark: str) -> jws.UnverifiedJws:
    if not isinstance(secured, str) or not secured.startswith(mark):
        raise MalformedInputError("This is nothing of the format toy.")
    return jws.parse(secured.removeprefix(mark))
