"""Ways in which a notice reaches somebody: one dict of parts. The wallet's inbox is asked, never sent to."""

from typing import Final

from common.notices.channels import email, sms, webhook
from common.notices.channels.base import Channel

CHANNELS: Final[dict[str, Channel]] = {
    "email": email.CHANNEL,
    "sms": sms.CHANNEL,
    "webhook": webhook.CHANNEL,
}
INBOX: Final = "wallet"
