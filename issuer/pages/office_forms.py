"""What an officer fills in."""

from typing import Any, Final, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile

from common.registries.spreadsheets.spreadsheet import ImportOptions
from issuer.models import IssuedCredential, Registry

MAX_UPLOAD: Final = 20_000_000
ACTIONS: Final = {
    "valid": "Make it valid again",
    "suspended": "Suspend it for now",
    "revoked": "Revoke it for good; this cannot be undone",
}


class OfferForm(forms.Form):
    """Which credential, and whether a code goes by another way."""

    configuration = forms.ChoiceField(label="Which credential?", widget=forms.RadioSelect)
    tx_code = forms.BooleanField(
        label="Ask for a one-time code",
        help_text="You tell the person a code, apart from the QR code, so that a stolen picture is useless.",
        required=False,
        initial=True,
    )

    sign_in = forms.BooleanField(
        label="Let the person sign in instead",
        help_text="Then the offer may be seen by anybody: without an access code it is worth nothing.",
        required=False,
    )

    def __init__(self, *args: Any, registry: Registry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(c.name, c.display["name"]) for c in registry.configurations.all()]
        field = self.fields["configuration"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = names
        if len(names) == 1:
            field.initial = names[0][0]


class StatusForm(forms.Form):
    """A new status, and why."""

    state = forms.ChoiceField(label="What should happen to it?", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why?",
        help_text="The person reads it in their wallet. It is kept with your name; write nothing else down.",
        max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, credential: IssuedCredential, allowed: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(state, words) for state, words in ACTIONS.items() if state in allowed]


class DecisionForm(forms.Form):
    """An officer's word about a request, and why."""

    decision = forms.ChoiceField(
        label="What do you decide?",
        choices=[("approve", "Issue it"), ("refuse", "Do not issue it")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Why?",
        help_text="Kept with your name. The person does not see it.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class UploadForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(
        label="Spreadsheet",
        help_text=f"CSV, XLSX, XLS, ODS or a ZIP with one of them, up to {MAX_UPLOAD // 1_000_000} MB."
        " You will see what it does before anything changes.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,.zip,text/csv"}),
    )
    sheet = forms.CharField(
        label="Sheet", help_text="Only where a workbook has several.", required=False, max_length=100
    )
    date_order = forms.ChoiceField(
        label="What stands first in a date such as 03/04/1990?",
        choices=[("", "As in this registry so far"), ("day", "The day"), ("month", "The month")],
        required=False,
    )
    encoding = forms.CharField(
        label="Encoding",
        help_text="Only where it cannot be told, such as mac-roman or cp1251.",
        required=False,
        max_length=40,
    )

    def reading(self) -> ImportOptions:
        """What the officer says of the file."""
        said = self.cleaned_data
        return ImportOptions(sheet=said["sheet"], encoding=said["encoding"], date_order=said["date_order"])

    def clean_file(self) -> "UploadedFile[Any]":
        """The file, unless it is too large."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(
                f"The file is larger than {MAX_UPLOAD // 1_000_000} MB; use the import_registry command."
            )
        return cast("UploadedFile[Any]", file)
