"""Settings of the case studies: those of the example project, and what they add."""

import os

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [
    # Its command `sandbox` is taken before that of the example project.
    "studies",
    *INSTALLED_APPS,
    "integrations",
    "members",
    "django_htmx",
]
MIDDLEWARE = [*MIDDLEWARE, "django_htmx.middleware.HtmxMiddleware"]

ROOT_URLCONF = "studies.urls"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# Seconds without a step after which a sync is queued again.
SYNC_RESUME_AFTER = float(os.environ.get("SYNC_RESUME_AFTER", "60"))
CELERY_BEAT_SCHEDULE = {
    "resume-syncs": {
        "task": "integrations.tasks.resume_syncs",
        "schedule": SYNC_RESUME_AFTER / 2,
    }
}
CELERY_BEAT_SCHEDULE_FILENAME = str(BASE_DIR / "beat-schedule")
# A file in which a worker notes what reaches each stage: see `manage.py trace_sync`.
SYNC_TRACE = os.environ.get("SYNC_TRACE", "")

# The members page asks every so many seconds how far a sync is.
MEMBER_SYNC_POLL_EVERY = int(os.environ.get("MEMBER_SYNC_POLL_EVERY", "3"))
# A sync of members that has given no sign of life for so many seconds has ended.
MEMBER_SYNC_STALE_AFTER = float(os.environ.get("MEMBER_SYNC_STALE_AFTER", "30"))
