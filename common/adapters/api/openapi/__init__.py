"""How JSON endpoints describe themselves: operations as values, which drf-spectacular writes as OpenAPI."""
