"""drf-spectacular writes the operations that views were given (`DEFAULT_SCHEMA_CLASS`)."""

from collections.abc import Mapping
from typing import Any

import uritemplate
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentIdentity, ComponentRegistry, ResolvedComponent

from common.adapters.api.openapi.json_schema import Component
from common.adapters.api.openapi.operation import (
    SecurityScheme,
    create_operation,
    operation_at,
    resolve_component,
)


class DescribedSchema(AutoSchema):
    """Operations as `described` gave them; a view without one is guessed at, which spectacular warns of."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        """The Operation Object of a view at an address, its components registered."""
        found = operation_at(self.view, method=method, path=path)
        if found is None:
            guessed: dict[str, Any] | None = super().get_operation(
                path, path_regex, path_prefix, method, registry
            )
            return guessed
        self.registry, self.path, self.path_regex = registry, path, path_regex
        self.path_prefix, self.method = path_prefix, method
        for together in found.security:
            for scheme in together:
                self._register(scheme, ResolvedComponent.SECURITY_SCHEMA, scheme.definition)
        variables = uritemplate.variables(path)
        addresses = self._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        return create_operation(
            found, path_parameters={each["name"]: each for each in addresses}, refer=self._refer
        )

    def _refer(self, component: Component) -> Mapping[str, Any]:
        kind = ResolvedComponent.SCHEMA
        known = (component.name, kind) in self.registry._components  # then another of that name is warned of
        self._register(component, kind, {} if known else resolve_component(component, self._refer))
        return {"$ref": f"#/components/{kind}/{component.name}"}

    def _register(self, component: Component | SecurityScheme, kind: str, schema: Mapping[str, Any]) -> None:
        identity = ComponentIdentity(component)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(
            ResolvedComponent(component.name, kind, dict(schema), identity)  # type: ignore[no-untyped-call]
        )
