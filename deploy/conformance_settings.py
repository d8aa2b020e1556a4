"""The site's settings as shipped, but for the limits on requests: a suite asks faster than people do."""

from common.config.settings import *  # noqa: F403
from common.config.settings import RATE_LIMITS as ORDINARY

RATE_LIMITS = {name: limit * 100 for name, limit in ORDINARY.items()}
