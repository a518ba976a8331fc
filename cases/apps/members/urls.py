"""Where the members of a team are shown, and their sync is started and followed."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from members import views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("teams/<slug:slug>/members/", views.members, name="members"),
    path("teams/<slug:slug>/members/connect/", views.connect, name="members-connect"),
    path("teams/<slug:slug>/members/sync/", views.sync, name="members-sync"),
    path(
        "teams/<slug:slug>/members/progress/", views.progress, name="members-progress"
    ),
]
