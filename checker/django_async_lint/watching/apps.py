"""The watch as an app of Django's."""

import os

from django.apps import AppConfig
from django.conf import settings

from django_async_lint.watching import start
from django_async_lint.watching.switch import VARIABLE


class WatchingConfig(AppConfig):
    """Starts the watch where it is asked for."""

    name = "django_async_lint.watching"
    label = "async_watching"

    def ready(self) -> None:
        if os.environ.get(VARIABLE):
            start(getattr(settings, "BASE_DIR", None))
