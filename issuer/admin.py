"""What the operator edits: authorities and their officers, and what registries and types are called.

Records are an office's affair (/office/) and spreadsheets'; nothing of any person stands here.
"""

from django.contrib import admin

from issuer.models import Authority, Configuration, DataAgreement, Registry


@admin.register(Authority)
class AuthorityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who issues, and whose officers may act for it; its keys and its name in addresses are fixed."""

    list_display = ("name", "slug", "did")
    fields = ("name", "slug", "did", "high_assurance", "requires_encryption", "officers")
    readonly_fields = ("slug", "did")
    filter_horizontal = ("officers",)

    def has_add_permission(self, request: object) -> bool:
        """Authorities are made with their keys, by import_registry."""
        return False


@admin.register(Registry)
class RegistryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What a registry is called; its columns follow from its spreadsheets."""

    list_display = ("title", "slug", "authority")
    fields = ("title", "slug", "authority", "key_column", "contact")
    readonly_fields = ("slug", "authority", "key_column")

    def has_add_permission(self, request: object) -> bool:
        """Registries are made by import_registry."""
        return False


@admin.register(Configuration)
class ConfigurationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """How a credential is presented and how long it lasts; its claims follow from create_configuration."""

    list_display = ("name", "type", "registry", "validity_days")
    fields = ("name", "type", "registry", "formats", "display", "validity_days", "needs_approval")
    readonly_fields = ("name", "type", "registry", "formats")

    def has_add_permission(self, request: object) -> bool:
        """Types are made by create_configuration."""
        return False


@admin.register(DataAgreement)
class DataAgreementAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Which organisation may read which attributes, for what, on which evidence."""

    list_display = ("client_name", "purpose", "registry", "basis", "active")
    list_filter = ("active", "registry")
