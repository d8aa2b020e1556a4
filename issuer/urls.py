"""The issuer's addresses: the protocols' here; officers' pages in a module of their own."""

from django.urls import include, path

urlpatterns = [
    path("", include("issuer.urls_protocol")),
]
