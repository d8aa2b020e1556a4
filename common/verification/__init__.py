"""The one procedure that every verifier runs, and its result."""

from common.verification.procedure import verify_one, verify_response
from common.verification.result import Check, Verification, VerificationError

__all__ = ["Check", "Verification", "VerificationError", "verify_one", "verify_response"]
