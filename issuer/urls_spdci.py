"""Addresses of a registry's SPDCI endpoints, under /spdci/{registry}/."""

from django.urls import path

from common.adapters.exchange.endpoints import NotHere
from issuer.api import spdci

urlpatterns = [
    *(path(f"registry/{name}", spdci.SpdciSyncEndpoint.as_view(endpoint=name)) for name in spdci.SYNC),
    *(path(f"registry/{name}", spdci.SpdciAsyncEndpoint.as_view(endpoint=name)) for name in spdci.ASYNC),
    *(
        path(f"registry/{name}", spdci.SpdciCallbackEndpoint.as_view(endpoint=name))
        for name in spdci.CALLBACKS
    ),
    path("oauth2/client/token", spdci.SpdciTokenEndpoint.as_view()),
    path(".well-known/jwks.json", spdci.SpdciKeysEndpoint.as_view()),
    path(".well-known/locations.json", spdci.SpdciLocationsEndpoint.as_view()),
    path("<path:other>", NotHere.as_view()),
]
