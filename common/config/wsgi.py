"""The WSGI entry point; a wrong setting ends it with a sentence."""

import ctypes
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from common.config import folder

# glibc's mallopt: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX (malloc.h).
_FRUGAL = {-1: 131_072, -3: 131_072, -8: 2}


def _give_back_memory() -> None:
    """Have the C library give back what was freed: each of many threads would keep a heap of its own."""
    library = ctypes.CDLL(
        None
    )  # what this process is linked against; elsewhere than glibc it has no such call
    if hasattr(library, "mallopt"):
        for option, value in _FRUGAL.items():
            library.mallopt(option, value)


_give_back_memory()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "common.config.settings")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(str(error))
if not settings.PRODUCTION:  # one that answers to the outside is named by its environment
    folder.leave_address(settings.VAR_DIR, settings.BASE_URL)
