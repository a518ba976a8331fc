"""URLs of the example project: the admin, members of a team, and its repositories."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("members.urls")),
    path("", include("integrations.onboarding")),
]
