"""E-mail through Django's own back ends (`EMAIL_URL`); nobody at the other end counts, so none goes twice.

A refusal by the server is certain. Once a message is on its way, a broken connection leaves open whether it
went. Every try of a message bears the same Message-ID (RFC 5322 §3.6.4).
"""

import smtplib
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from common.notices.channels.base import (
    Channel,
    DeliveryUncertainError,
    Message,
    NotDeliveredError,
    UndeliverableError,
)

PERMANENT: Final = range(500, 600)  # RFC 5321 §4.2.1


def valid(address: str) -> bool:
    """Whether this is one e-mail address, in the characters that every server takes."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return address.isascii()


def deliver(message: Message) -> None:
    """Hand it to the mail server."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    mail = EmailMessage(
        subject=message.title,
        body=f"{message.title}\n\n{message.text}\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.address],
        headers={
            "Message-ID": f"<{message.id}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise NotDeliveredError("The mail server cannot be reached.") from error
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        kind = UndeliverableError if any(code in PERMANENT for code in codes) else NotDeliveredError
        raise kind("The mail server refused the address.", detail=str(codes)) from error
    except smtplib.SMTPResponseException as error:
        kind = UndeliverableError if error.smtp_code in PERMANENT else NotDeliveredError
        raise kind("The mail server refused the message.", detail=str(error.smtp_code)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryUncertainError(
            "The mail server did not answer.", detail=type(error).__name__
        ) from error
    finally:
        connection.close()


def repeats() -> bool:
    """Mail servers need not look at Message-ID."""
    return False


CHANNEL: Final = Channel(
    address="email",
    valid=valid,
    deliver=deliver,
    repeats=repeats,
    columns=frozenset({"email", "emailaddress", "mail", "correo", "correoelectronico", "courriel"}),
    settings=("BASE_URL", "DEFAULT_FROM_EMAIL", "EMAIL_BACKEND"),
)
