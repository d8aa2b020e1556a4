"""What a person types into the wallet."""

from typing import Any

from django import forms

from common.oid4vci.offer import TxCode
from wallet.account import accounts

MAX_PICTURE = 8_000_000


def _passphrase(label: str, *, new: bool, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"})
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=accounts.MAX_PASSPHRASE,
        widget=widget,
        error_messages={"required": "Enter a passphrase."},
    )


class SignInForm(forms.Form):
    """Who signs in, with the passphrase that opens the vault."""

    name = forms.CharField(
        label="Your name in this wallet",
        max_length=accounts.MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": "Enter your name."},
    )
    passphrase = _passphrase("Passphrase", new=False)


class NewPassphrase(forms.Form):
    """A passphrase typed twice, since nobody can bring it back."""

    passphrase = _passphrase(
        "Choose a passphrase",
        new=True,
        help_text="At least 10 characters. A few words that only you would put together are best. "
        "Write it down and keep it safe: nobody can bring it back, and without it your wallet stays closed.",
    )
    again = _passphrase("The same passphrase once more", new=True)

    def clean(self) -> dict[str, Any]:
        """The values; an error where the two passphrases differ."""
        values = super().clean() or {}
        if "passphrase" in values and "again" in values and values["passphrase"] != values["again"]:
            self.add_error("again", "The two passphrases differ.")
        return values


class SignUpForm(NewPassphrase):
    """A name that is free here, and a passphrase of its own."""

    name = forms.CharField(
        label="Choose a name",
        help_text="You sign in with it. It need not be your own name, and nobody else sees it.",
        max_length=accounts.MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": "Choose a name."},
    )
    field_order = ("name", "passphrase", "again")


class ChangePassphraseForm(NewPassphrase):
    """The passphrase until now, and the new one twice."""

    current = _passphrase("Your passphrase until now", new=False)
    field_order = ("current", "passphrase", "again")


class ConfirmForm(forms.Form):
    """The passphrase once more, before something that cannot be undone."""

    passphrase = _passphrase("Your passphrase", new=False)


class AddForm(forms.Form):
    """A link or a picture of a QR code."""

    text = forms.CharField(
        label="Paste a link",
        help_text="It begins with openid-credential-offer:// or openid4vp://, or with https://.",
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"}),
    )
    picture = forms.FileField(
        label="Or choose a picture of the QR code",
        help_text="A screenshot or a photograph, as PNG, JPEG or WebP.",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def clean(self) -> dict[str, Any]:
        """The values; an error where neither is given, or the picture is too large."""
        values = super().clean() or {}
        picture = values.get("picture")
        if not values.get("text") and not picture:
            self.add_error("text", "Paste a link, or choose a picture.")
        if picture and picture.size > MAX_PICTURE:
            self.add_error("picture", "This picture is too large: choose one below 8 MB.")
        return values


class CodeForm(forms.Form):
    """The one-time code of an offer, as the offer describes it."""

    code = forms.CharField(
        label="Code",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "medium"}),
        error_messages={"required": "Enter the code."},
    )

    def __init__(self, *args: Any, tx_code: TxCode, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        hint = " ".join((tx_code.description or "").split())
        field.help_text = hint or "The office gave it to you, apart from the link or QR code."
        if not field.help_text.endswith((".", "!", "?")):
            field.help_text += "."
        if tx_code.length:
            field.help_text += f" It has {tx_code.length} characters."
        if tx_code.input_mode == "numeric":
            field.widget.attrs["inputmode"] = "numeric"
