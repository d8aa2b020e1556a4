"""Trust: who may issue what, and whose key it is."""

from common.trust.trust_list import TrustList, TrustListEntry, UnknownIssuerError, UntrustedIssuerError

__all__ = ["TrustList", "TrustListEntry", "UnknownIssuerError", "UntrustedIssuerError"]
