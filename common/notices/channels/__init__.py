"""Ways in which a notice reaches somebody: one dict of parts. The wallet's inbox is asked, never sent to."""

from typing import Final

from common.notices.channels import email, sms, webhook
from common.notices.channels.base import Channel

CHANNELS: Final[dict[str, Channel]] = {
    "email": Channel(email.valid, email.deliver, email.repeats),
    "sms": Channel(sms.valid, sms.deliver, sms.repeats),
    "webhook": Channel(webhook.valid, webhook.deliver, webhook.repeats),
}
INBOX: Final = "wallet"
