"""Tasks, run at once where they are queued."""

from celery import Celery

app = Celery("kiosk")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task
def restock(name):
    """Do nothing; that it is queued is what matters."""
