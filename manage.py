#!/usr/bin/env python
"""Django's command line for Sello."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from common.config import folder


def main() -> int:
    """Run a command as the site of this folder runs; a wrong setting is a sentence, Ctrl-C is an end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "common.config.settings")
    address = folder.find_address(os.environ)
    if address and not os.environ.keys() & {"BASE_URL", "PORT"}:
        os.environ["BASE_URL"] = address
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130  # as a shell says it of whatever Ctrl-C ended
    return 0


if __name__ == "__main__":
    sys.exit(main())
