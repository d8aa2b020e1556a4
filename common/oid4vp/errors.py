"""Authorization errors of OpenID4VP 1.0 §8.5, as both ends name them."""

from common.errors import SelloError


class InvalidRequestError(SelloError):
    """A request that is malformed, unauthentic, or not what its client identifier promises."""

    code = "invalid_request"


class InvalidRequestUriMethodError(SelloError):
    """`request_uri_method` is neither `get` nor `post`."""

    code = "invalid_request_uri_method"


class InvalidTransactionDataError(SelloError):
    """Transaction data of an unknown type, of the wrong shape, or for a credential that is not asked for."""

    code = "invalid_transaction_data"


class AccessDeniedError(SelloError):
    """The person said no, or holds nothing that answers the question."""

    code = "access_denied"


class InvalidResponseError(SelloError):
    """An authorization response that does not have the shape that the request asked for (§8)."""

    code = "invalid_request"


class QueryNotSatisfiedError(SelloError):
    """What was presented does not answer the query (§6.4, §8.6)."""

    code = "invalid_presentation"
