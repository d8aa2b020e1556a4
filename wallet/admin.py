"""What the wallet's operator may edit: the public list of verifiers, and nothing of any person."""

from django.contrib import admin

from wallet.models import RegisteredVerifier


@admin.register(RegisteredVerifier)
class RegisteredVerifierAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "client_id", "purpose", "notices")
    search_fields = ("name", "client_id")
