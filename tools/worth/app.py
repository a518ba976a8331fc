"""The example project with the views that are measured, for a server to load."""

import os

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
settings.ROOT_URLCONF = "tools.worth.views"
settings.ALLOWED_HOSTS = ["*"]
settings.MIDDLEWARE = [
    f"tools.worth.views.{name}" for name in os.environ["WORTH_MIDDLEWARE"].split()
]
wsgi = get_wsgi_application()
asgi = get_asgi_application()
