"""A port for a server that a test is about to start, which nobody else is handed in between."""

import socket

HOST = "127.0.0.1"


def reserved() -> int:
    """A port on which a server may listen for the next minute, and that the system gives to nobody meanwhile.

    A connection that the listening side closed first is remembered (TIME_WAIT, RFC 9293 §3.6): such a port is
    not chosen for whoever asks for any, and is free to a server that says SO_REUSEADDR, as all here do.
    """
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        with socket.create_connection((HOST, port)) as caller:
            listener.accept()[0].close()
            caller.recv(1)  # the end
        return port
