"""Django's settings: one app, and the database that the environment names."""

import dj_database_url

SECRET_KEY = "not a secret"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": dj_database_url.config(default="sqlite:///shop.sqlite3")}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
