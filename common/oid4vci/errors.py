"""The errors of OpenID4VCI 1.0, by the endpoint that answers with them.

Their public sentences are printable ASCII without quotation mark and backslash (RFC 6749 §5.2), since they
travel as `error_description`.
"""

import re
from collections.abc import Mapping
from typing import Any

from common.errors import SelloError

_UNPRINTABLE = re.compile(r'[^\x20-\x7e]|["\\]')


class InvalidMessageError(SelloError):
    """A message from an issuer (offer, metadata, response) that a wallet cannot follow."""

    code = "invalid_message"


class TokenError(SelloError):
    """What the token endpoint answers (§6.3): the code is one of RFC 6749 §5.2."""

    code = "invalid_request"


class InvalidGrantError(TokenError):
    """A code or transaction code that is wrong, used, dead or expired; which of these is not told."""

    code = "invalid_grant"


class UnsupportedGrantTypeError(TokenError):
    """A grant type other than those in the authorization server's metadata."""

    code = "unsupported_grant_type"


class InvalidClientError(TokenError):
    """A client that is not who it says, or that must say who it is."""

    code = "invalid_client"
    status = 401


class AuthorizationError(SelloError):
    """A request that the person's browser cannot be led on with (RFC 6749 §4.1.2.1, RFC 9126 §2.3)."""

    code = "invalid_request"


class InvalidClientAttestationError(InvalidClientError):
    """A wallet attestation that does not hold (attestation-based client authentication, draft -11 §7.4)."""

    code = "invalid_client_attestation"
    status = 400


class UseAttestationChallengeError(InvalidClientAttestationError):
    """A proof without the server's challenge, or with one that is too old; a new one travels along."""

    code = "use_attestation_challenge"


class UseFreshAttestationError(InvalidClientAttestationError):
    """A wallet attestation that has grown too old; the provider makes a new one."""

    code = "use_fresh_attestation"


class InvalidTokenError(SelloError):
    """An access token that is missing, wrong, expired or another's (RFC 6750 §3)."""

    code = "invalid_token"
    status = 401
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class CredentialRequestError(SelloError):
    """What the credential endpoint answers to a request it cannot fulfil (§8.3.1.2)."""

    code = "invalid_credential_request"


class UnknownConfigurationError(CredentialRequestError):
    """A configuration that this issuer does not have, or did not offer."""

    code = "unknown_credential_configuration"


class UnknownIdentifierError(CredentialRequestError):
    """A credential identifier that the token response did not name."""

    code = "unknown_credential_identifier"


class InvalidProofError(CredentialRequestError):
    """A key proof that is missing or does not hold."""

    code = "invalid_proof"


class InvalidNonceError(CredentialRequestError):
    """A key proof over a nonce that is not ours, used or too old; a new one may help."""

    code = "invalid_nonce"


class InvalidEncryptionParametersError(CredentialRequestError):
    """Encryption asked for that the metadata does not offer."""

    code = "invalid_encryption_parameters"


class InvalidTransactionIdError(CredentialRequestError):
    """A transaction that was never opened with this token, or has ended (§9.3)."""

    code = "invalid_transaction_id"


class RequestDeniedError(CredentialRequestError):
    """The credential will not be issued, however often it is asked for."""

    code = "credential_request_denied"


class NotificationError(SelloError):
    """A notification of the wrong shape (§11.3)."""

    code = "invalid_notification_request"


class InvalidNotificationIdError(NotificationError):
    """A notification about something this token did not bring."""

    code = "invalid_notification_id"


class IssuerResponseError(SelloError):
    """An error response as the wallet meets it: the issuer's own code, and its sentence for the log."""

    status = 502


def parse_error(body: Mapping[str, Any], *, status: int) -> IssuerResponseError:
    """The error of an error response (RFC 6749 §5.2); what the issuer wrote is cut and kept from pages."""
    code = body.get("error")
    description = body.get("error_description")
    return IssuerResponseError(
        f"The issuer answered with {code!r}." if _is_code(code) else "The issuer answered with an error.",
        code=code if isinstance(code, str) and _is_code(code) else "server_error",
        detail=f"{status} "
        + (_UNPRINTABLE.sub("?", description)[:200] if isinstance(description, str) else ""),
    )


def printable(sentence: str) -> str:
    """A sentence as `error_description` may carry it."""
    return _UNPRINTABLE.sub("'", sentence)


def _is_code(code: object) -> bool:
    return isinstance(code, str) and re.fullmatch(r"[a-z0-9_.-]{1,64}", code) is not None
