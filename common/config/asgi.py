"""The ASGI entry point; a wrong setting ends it with a sentence."""

import os
import sys

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

from common.config import folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "common.config.settings")
try:
    application = get_asgi_application()
except ImproperlyConfigured as error:
    sys.exit(str(error))
if not settings.PRODUCTION:  # one that answers to the outside is named by its environment
    folder.leave_address(settings.VAR_DIR, settings.BASE_URL)
