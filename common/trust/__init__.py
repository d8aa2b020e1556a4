"""Trust: who may issue what, and whose key it is."""

from common.trust.trust_list import TrustedIssuer, TrustList, UnknownIssuerError, UntrustedIssuerError

__all__ = ["TrustList", "TrustedIssuer", "UnknownIssuerError", "UntrustedIssuerError"]
