"""Trust: who may issue what, and whose key it is."""

from common.trust.trust_list import NotKnown, TrustedIssuer, TrustList, Untrusted

__all__ = ["NotKnown", "TrustList", "TrustedIssuer", "Untrusted"]
