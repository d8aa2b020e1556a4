"""What a presentation says of itself, for whoever finds one without the request that it answers."""

from common.formats.base import Declared, Secured
from common.formats.detect import find_format


def parse_declared(presented: Secured) -> Declared:
    """Take a presentation of any format apart, believing nothing; `MalformedInputError` where none has it."""
    return find_format(presented)[1].parse_presentation(presented)
