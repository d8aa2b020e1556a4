"""The issuer's addresses: protocols and officers' pages, each in a module of their own."""

from django.urls import include, path

from issuer.pages import citizen

urlpatterns = [
    path("", include("issuer.urls_protocol")),
    path("issuers/<slug:authority>/authorize", citizen.authorize_page, name="authorize"),
    path("office/", include("issuer.urls_office")),
    path("spdci/<slug:registry>/", include("issuer.urls_spdci")),
]
