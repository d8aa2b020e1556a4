"""Routes: the site's own, then those of each party that this process plays."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from common.site import resolution
from common.site import views as site

urlpatterns = [
    path("", site.home, name="home"),
    path("healthz", site.healthz),
    path("readyz", site.readyz),
    path("metrics", site.metrics),
    path("1.0/identifiers/<path:did>", resolution.Identifier.as_view()),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", site.api_docs),
    path("admin/login/", site.operators_sign_in),
    path("admin/", admin.site.urls),
    *(path("", include(f"{role}.urls")) for role in settings.ROLES),
]
