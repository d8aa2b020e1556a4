"""What is wrong with a document that is to become RDF (VC Data Integrity §4.7)."""

from common.errors import SelloError


class TransformationError(SelloError):
    """A document that is not JSON-LD with known contexts (VC Data Integrity §4.7)."""

    code = "PROOF_TRANSFORMATION_ERROR"


class DataLossError(TransformationError):
    """Something in a document would not be signed, because it means nothing in RDF (§2.4.3)."""

    code = "DATA_LOSS_DETECTION_ERROR"
