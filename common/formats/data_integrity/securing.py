"""An issuer's proof on whatever is a credential: what `issue` builds, a status list, a body of the VC-API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from common.formats.base import Sources
from common.formats.data_integrity import ecdsa_sd_2023, pipeline, selection
from common.keys import Signer
from common.vcdm import validation
from common.vcdm.credential import Credential

ASSERTION: Final = "assertionMethod"


def secure_document(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    sources: Sources,
    now: datetime,
    suite: str | None = None,
    mandatory_pointers: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Any unsecured credential with its issuer's proof: what `issue` builds, a status list, a VC-API body.

    `mandatory_pointers` say what a proof for selective disclosure always shows; None leaves it to the suite.
    """
    validation.validate_credential(document)
    issuer = validation.issuer_id(document)
    if signer.key_id.partition("#")[0] != issuer:
        raise pipeline.ProofGenerationError("A credential is signed with its issuer's own key.")
    options = pipeline.proof_options(signer=signer, purpose=ASSERTION, created=now, suite=suite)
    if mandatory_pointers is not None:
        options[ecdsa_sd_2023.POINTERS] = list(mandatory_pointers)
    return pipeline.add_proof(
        document, options, signer=signer, contexts=partial(sources.context, issuer=issuer)
    )


def always_shown(document: Mapping[str, Any], credential: Credential) -> list[str]:
    """Pointers to what a base proof lets nobody hold back: its head, and the claims not made separable."""
    separable = {path[0] for path in credential.disclosable}
    return [
        *ecdsa_sd_2023.default_pointers(document),
        *(
            selection.pointer(("credentialSubject", name))
            for name in document["credentialSubject"]
            if name != "id" and name not in separable
        ),
    ]
