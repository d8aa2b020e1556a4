"""Addresses of a registry's SPDCI endpoints, under /spdci/{registry}/."""

from django.urls import path

from common.adapters.exchange.endpoints import NotHere
from issuer.api import spdci

urlpatterns = [
    *(path(f"registry/{name}", spdci.AtOnce.as_view(endpoint=name)) for name in spdci.AT_ONCE),
    *(path(f"registry/{name}", spdci.Afterwards.as_view(endpoint=name)) for name in spdci.LATER),
    *(path(f"registry/{name}", spdci.Told.as_view(endpoint=name)) for name in spdci.TOLD),
    path("oauth2/client/token", spdci.ClientToken.as_view()),
    path(".well-known/jwks.json", spdci.Keys.as_view()),
    path(".well-known/locations.json", spdci.Locations.as_view()),
    path("<path:other>", NotHere.as_view()),
]
