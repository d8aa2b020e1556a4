"""The issuer's addresses: protocols and officers' pages, each in a module of their own."""

from django.urls import include, path

urlpatterns = [
    path("", include("issuer.urls_protocol")),
    path("office/", include("issuer.urls_office")),
]
