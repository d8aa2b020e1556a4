"""Addresses of G2P Connect, under /g2p/."""

from django.urls import path

from common.adapters.exchange.endpoints import NotHere
from verifier.api import g2p

urlpatterns = [
    *(path(name, g2p.G2PSyncEndpoint.as_view(endpoint=name)) for name in g2p.SYNC),
    *(path(name, g2p.G2PAsyncEndpoint.as_view(endpoint=name)) for name in g2p.ASYNC),
    *(path(name, g2p.G2PCallbackEndpoint.as_view(endpoint=name)) for name in g2p.CALLBACKS),
    path("oauth2/client/token", g2p.G2PClientToken.as_view()),
    path("jwks.json", g2p.g2p_keys),
    path("<path:other>", NotHere.as_view()),
]
