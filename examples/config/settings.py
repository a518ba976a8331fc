"""Settings of the example project: local use only, SQLite unless told otherwise."""

import os
from pathlib import Path

import dj_database_url

import sandbox

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = "for-local-use-only-the-example-project-is-never-deployed"
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "trading",
    "sandbox",
]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
STATIC_URL = "static/"

DATABASES = {
    "default": dj_database_url.config(default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # An example that waits for a lock shall end soon, not after SQLite's 5 seconds.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("timeout", 1)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True

# Messages lie in a folder, so that a worker needs no server.
BROKER_FOLDER = os.environ.get("BROKER_FOLDER", str(BASE_DIR / "queue"))
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://")
if CELERY_BROKER_URL == "filesystem://":
    Path(BROKER_FOLDER).mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": BROKER_FOLDER,
        "data_folder_out": BROKER_FOLDER,
        "control_folder": BROKER_FOLDER,
        "polling_interval": 0.2,
    }

SANDBOX_URL = os.environ.get("SANDBOX_URL", sandbox.DEFAULT_URL)

# Seconds after which a task whose pool process was killed is given to another.
CELERY_WORKER_LOST_WAIT = 1
