"""The page on which a team names its repositories, and the page's URL."""

import logging
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods
from kombu.exceptions import KombuError

from integrations import progress
from integrations.models import Team, TrackedRepository
from integrations.tasks import sync_repository
from members.access import team_required

logger = logging.getLogger(__name__)

LATER = "The queue does not answer. The sync begins by itself once it does."


@team_required
@require_http_methods(["GET", "POST"])
def onboard(request: HttpRequest, team: Team) -> HttpResponse:
    """Show a team's repositories; on POST take one in, or sync it again."""
    name = request.POST.get("full_name", "").strip()[:200]
    if request.method == "GET" or not name:
        return render(request, "integrations/onboarding.html", _shown(team))
    try:
        take_in(team, name)
    except (KombuError, OSError):
        logger.exception("the sync of %s waits for the queue", name)
        messages.warning(request, LATER)
    return redirect("onboard", team.slug)


def take_in(team: Team, name: str) -> None:
    """Save the repository and its wish for a sync, then queue the task.

    Raises:
        KombuError: the queue does not answer. The rows are committed by then, and
            `resume_syncs` queues the task.
    """
    with transaction.atomic():
        repository, _ = TrackedRepository.objects.get_or_create(
            team=team, full_name=name
        )
        progress.ask_for_sync(repository.pk)
        sync_repository.delay_on_commit(repository.pk)


def _shown(team: Team) -> dict[str, Any]:
    counted = {
        "pulls": Count("pull_requests", distinct=True),
        "commits": Count("pull_requests__commits", distinct=True),
        "files": Count("pull_requests__files", distinct=True),
    }
    repositories = team.repositories.annotate(**counted).order_by("full_name")
    return {"team": team, "repositories": repositories}


urlpatterns = [path("teams/<slug:slug>/repositories/", onboard, name="onboard")]
