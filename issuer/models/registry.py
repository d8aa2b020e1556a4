"""A registry and its records, as the embedded connector keeps them."""

from django.db import models

from issuer.models.authority import Authority


class Registry(models.Model):
    """A register that one authority keeps.

    `columns` is the ordered list `{"name", "label", "type"}` of what its records may hold; `source` is what a
    connector was told of where they lie: no secrets, those stand in the environment variables it names.
    """

    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="registries")
    connector = models.CharField(max_length=32, default="embedded")
    source = models.JSONField(default=dict, blank=True)
    # Counts what changed its records. Whoever writes them holds this row until the end (store_records), so
    # that revisions appear in their order, whatever clocks say.
    revision = models.PositiveBigIntegerField(default=0)
    lookups = models.JSONField(default=list, blank=True)  # columns by which records are found at once
    key_column = models.CharField(max_length=200)
    columns = models.JSONField(default=list)
    contact = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "registries"

    def __str__(self) -> str:
        return self.title


class Record(models.Model):
    """One row: `data` by column, values that are not known left out; `digest` tells whether it changed.

    `revision` is the registry's at its last change, `born` at its first.
    """

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="records")
    key = models.CharField(max_length=128)
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    revision = models.PositiveBigIntegerField(default=0)
    born = models.PositiveBigIntegerField(default=0)
    search_text = models.TextField()  # what an officer types, folded; see issuer.registries.search
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["registry", "key"], name="one_record_a_key")]
        indexes = [models.Index(fields=["registry", "revision", "key"], name="records_by_revision")]

    def __str__(self) -> str:
        return f"{self.registry_id}/{self.key}"


class Removal(models.Model):
    """That a record is gone; nothing of what it said."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="removals")
    key = models.CharField(max_length=128)
    revision = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registry", "key"], name="one_removal_a_key")]
        indexes = [models.Index(fields=["registry", "revision", "key"], name="removals_by_revision")]

    def __str__(self) -> str:
        return f"{self.registry_id}/{self.key}"


class Lookup(models.Model):
    """What a record says in a column of `Registry.lookups`, where an index finds it."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="values")
    column = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    key = models.CharField(max_length=128)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registry", "key", "column"], name="one_value_a_column")
        ]
        indexes = [models.Index(fields=["registry", "column", "value"], name="records_by_value")]

    def __str__(self) -> str:
        return f"{self.registry_id}/{self.column}"
