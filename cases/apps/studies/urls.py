"""URLs of the case studies: the admin, members of a team, and its repositories."""

from django.urls import include, path

from config.urls import urlpatterns as of_the_examples

urlpatterns = [
    *of_the_examples,
    path("", include("members.urls")),
    path("", include("integrations.onboarding")),
]
