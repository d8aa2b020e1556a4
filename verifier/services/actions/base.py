"""The interface of an unlock action, and the values that go in and come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from common.did import did_web
from common.formats.base import Secured
from common.oid4vp.transaction_data import DataAccess, Payment
from common.parameters import Parameter, Parameters, group, list_of_texts, text, texts_by_name
from common.vcdm.credential import ClaimPath
from verifier.errors import UnlockRefusedError
from verifier.models import PresentationSession


@dataclass(frozen=True, slots=True)
class DisclosedCredential:
    """One verified credential as the service asked for it: its claims are the requested ones and no others.

    `holder` is the thumbprint of the key that signed, or its DID; empty where the query asked nobody to.
    `evidence` is the presentation as it arrived, for whoever has to be convinced as well.
    """

    query_id: str
    format: str
    issuer: str
    holder: str
    requested: Mapping[ClaimPath, list[Any]] = field(repr=False)
    evidence: Secured = field(repr=False)

    @property
    def authority(self) -> str:
        """One name for an issuer that is a DID in one format and that DID's web address in another."""
        return did_web.encode(self.issuer) if "://" in self.issuer else self.issuer

    def claim(self, name: str) -> Any:
        """The value of the requested claim of that name, wherever the format keeps it; None where absent."""
        for path in self.requested:
            if path[-1] == name:
                return self.value(path)
        return None

    def value(self, path: ClaimPath) -> Any:
        """The one value of a requested claim; among several, whoever shows them would choose what counts."""
        if len(self.requested[path]) != 1 or not all(isinstance(part, str) for part in path):
            raise UnlockRefusedError("What was shown says several things where this service needs one.")
        return self.requested[path][0]

    def text(self, name: str) -> str:
        """A claim that an action cannot do without."""
        value = self.claim(name)
        if not isinstance(value, str) or not value:
            raise UnlockRefusedError(
                "What was shown does not say what this service needs to know.", detail=name
            )
        return value


@dataclass(frozen=True, slots=True)
class VerifiedAnswer:
    """A verified answer: what was shown, by query identifier, and what the holder signed beside it."""

    shown: Mapping[str, tuple[DisclosedCredential, ...]]
    payments: tuple[Payment, ...] = ()
    consents: tuple[DataAccess, ...] = ()
    transaction_data: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self) -> DisclosedCredential:
        """The one credential of an answer that an action needs no more of."""
        everything = [each for group in self.shown.values() for each in group]
        if len(everything) != 1:
            raise UnlockRefusedError("This service needs exactly one document.")
        return everything[0]


@dataclass(frozen=True, slots=True)
class UnlockedDocument:
    """A file for the person to keep."""

    name: str
    media_type: str
    content: str


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What the person gets: a heading, a sentence, facts and perhaps a document; `outcome` has no claims."""

    title: str
    text: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    document: UnlockedDocument | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)


class Unlock(Protocol):
    """An unlock action's one function."""

    def __call__(
        self, presentation: VerifiedAnswer, *, session: PresentationSession, now: datetime
    ) -> Unlocked:
        """What the verified answer unlocks; an error of the family where it unlocks nothing."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action in the dict.

    `parameters` are those that a service of this action has, beside `SERVICE_PARAMETERS`, which any may have.
    `atomic`: its work is rows of this database, booked in one transaction with the change of state. Otherwise
    it asks others; where they do not answer, the state returns to VERIFIED.
    """

    unlock: Unlock
    parameters: Parameters = field(default_factory=dict)
    atomic: bool = True


SERVICE_PARAMETERS: Final[Parameters] = {
    "documents": Parameter(texts_by_name),  # what people call the documents and claims that are asked for
    "claims": Parameter(texts_by_name),
    "mandate": Parameter(  # a law by which records are read without the person
        group(
            {
                "authority": Parameter(text, required=True),
                "authority_name": Parameter(text),
                "purpose": Parameter(text, required=True),
                "attributes": Parameter(list_of_texts, required=True),
            }
        )
    ),
}
