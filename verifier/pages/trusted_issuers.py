"""For a provider's staff: whose word is taken, and what happened."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from verifier.models import TrustedIssuer
from verifier.models.service import THIS_HOUSE
from verifier.pages.desk import permitted
from verifier.services.trusted_issuers import add_issuer, remove_issuer, trusted_issuers


class TrustedIssuerForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line of the list."""

    class Meta:
        model = TrustedIssuer
        fields = ["name", "issuer", "type"]
        labels = {"name": "Name of the issuer", "issuer": "Its identifier", "type": "Type of document"}

    def clean_issuer(self) -> str:
        """An identifier that a credential could name."""
        value: str = self.cleaned_data["issuer"].strip()
        if value != THIS_HOUSE and not value.startswith(("did:", "https://", f"{settings.BASE_URL}/")):
            raise forms.ValidationError("An issuer is named by a DID or an https address.")
        return value


@permitted("verifier.add_trustedissuer")
@require_http_methods(["GET", "HEAD", "POST"])
def trusted_issuer_list(request: HttpRequest) -> HttpResponse:
    """The list of trusted issuers, and a form that adds a line."""
    form = TrustedIssuerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_issuer(form.instance)
        messages.success(request, f"{form.instance.name} is trusted now.")
        return redirect("trusted-issuers")
    return render(request, "services/issuers.html", {"form": form, "issuers": trusted_issuers()})


@permitted("verifier.delete_trustedissuer")
@require_POST
def remove_trusted_issuer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line off the list; what its issuer signs is refused from now on."""
    found = remove_issuer(pk)
    messages.success(request, f"{found.name} is no longer trusted for {found.type}.")
    return redirect("trusted-issuers")
