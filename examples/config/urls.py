"""URLs of the example project: the admin. The views of the guide bring their own."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
