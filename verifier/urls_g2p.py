"""Addresses of G2P Connect, under /g2p/."""

from django.urls import path

from common.adapters.exchange.endpoints import NotHere
from verifier.api import g2p

urlpatterns = [
    *(path(name, g2p.AtOnce.as_view(endpoint=name)) for name in g2p.AT_ONCE),
    *(path(name, g2p.Afterwards.as_view(endpoint=name)) for name in g2p.LATER),
    *(path(name, g2p.Told.as_view(endpoint=name)) for name in g2p.TOLD),
    path("oauth2/client/token", g2p.ClientToken.as_view()),
    path("jwks.json", g2p.keys),
    path("<path:other>", NotHere.as_view()),
]
