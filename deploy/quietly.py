"""How whatever is started here ends: a wrong setting with one sentence, Ctrl-C without a word."""

import sys
from collections.abc import Callable
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

INTERRUPTED = 130  # as a shell says it of whatever Ctrl-C ended


def run(main: Callable[[], int | None]) -> NoReturn:
    """Run `main` and end with its status."""
    try:
        sys.exit(main())
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
