"""`make run`: a port that nobody else has, the database, the sample world, then the site until Ctrl-C.

The port is held from the first moment on: granian would share it with whoever listens there already, and each
of the two would get half of the requests.
"""

import errno
import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from common.config import environment
from deploy import quietly

BUSY = (errno.EADDRINUSE,)


def main() -> None:
    """Claim, prepare, and become the server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "common.config.settings")
    port = environment.port(os.environ)
    os.environ["PORT"] = str(port)
    with claimed(port):
        django.setup()
        from django.conf import settings

        call_command("migrate", verbosity=0)
        call_command("prepare_site")
        sys.stdout.write(f"Sello answers at {settings.BASE_URL}  (Ctrl-C stops it)\n")
        sys.stdout.flush()
    granian = str(Path(sys.executable).with_name("granian"))
    os.execv(  # noqa: S606 - our own server
        granian,
        [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
         "--blocking-threads", "64", "--no-ws", "--log-level", "error", "--workers-kill-timeout", "3",
         "common.config.wsgi:application"],
    )  # fmt: skip


def claimed(port: int) -> ExitStack:
    """Hold `port` on every loopback address, or say that somebody else has it."""
    held = ExitStack()
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            listener = held.enter_context(socket.socket(family))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
            listener.bind((host, port))
            listener.listen()
        except OSError as error:
            if family == socket.AF_INET6 and error.errno not in BUSY:
                continue  # a machine without IPv6
            held.close()
            raise ImproperlyConfigured(
                f"Port {port} is {'in use' if error.errno in BUSY else 'not to be had'}: "
                "stop what runs there, or choose another, as in PORT=8001 make run."
            ) from error
    return held


if __name__ == "__main__":
    quietly.run(main)
