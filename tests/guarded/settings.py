"""The smallest project whose tests the guard can judge."""

from pathlib import Path

SECRET_KEY = "of a test"
INSTALLED_APPS = ["kiosk"]
FOLDER = Path(__file__).parent
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "db.sqlite3",
        # A file: another thread has a connection of its own, as on a server.
        "TEST": {"NAME": FOLDER / "test.sqlite3"},
        "OPTIONS": {"timeout": 1},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TEST_RUNNER = "django_async_lint.guard.runner.GuardedRunner"
CELERY_TASK_ALWAYS_EAGER = True
