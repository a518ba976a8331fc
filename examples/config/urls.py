"""URLs of the example project: the admin, signing in, and the members of a team."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("members.urls")),
]
