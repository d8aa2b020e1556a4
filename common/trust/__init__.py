"""Trust: who may issue what, who may ask for what, and whose key it is."""

from common.trust.trust_list import AskedTooMuch, RegisteredVerifier, TrustedIssuer, TrustList, Untrusted

__all__ = ["AskedTooMuch", "RegisteredVerifier", "TrustList", "TrustedIssuer", "Untrusted"]
