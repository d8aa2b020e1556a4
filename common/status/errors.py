"""Why a status list says nothing; the codes are those of Bitstring Status List §3.5 for both kinds."""

from common.errors import SelloError


class StatusError(SelloError):
    """A list that could not be had, believed or read: the status is undetermined."""

    code = "STATUS_VERIFICATION_ERROR"


class ListTooShortError(StatusError):
    """A list among whose few entries a person could be told."""

    code = "STATUS_LIST_LENGTH_ERROR"


class IndexOutOfRangeError(StatusError, IndexError):
    """An entry beyond the list's end."""

    code = "RANGE_ERROR"
