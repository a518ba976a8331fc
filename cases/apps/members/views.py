"""The members page: connect, start a sync, follow it.

Each view answers htmx with the part that changes, and a browser without JavaScript
with the whole page.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from integrations.models import Team
from members import status
from members.access import team_required
from members.models import Integration
from members.tasks import queue_sync


class ConnectForm(forms.Form):
    """Which organisation of the code host is the team's."""

    organisation = forms.SlugField(max_length=100, label="Organisation")


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """List the teams of the user."""
    teams = Team.objects.filter(seats__user=request.user.pk)
    return render(request, "members/home.html", {"teams": teams})


@team_required
@require_GET
@never_cache
def members(request: HttpRequest, team: Team) -> HttpResponse:
    """Show the team's members and how far their sync is."""
    return render(request, "members/members.html", _shown(team, ConnectForm()))


@team_required
@require_POST
def connect(request: HttpRequest, team: Team) -> HttpResponse:
    """Connect the team to an organisation, and let its members be read."""
    form = ConnectForm(request.POST)
    if not form.is_valid():
        return render(request, "members/members.html", _shown(team, form), status=422)
    chosen = {
        "organisation": form.cleaned_data["organisation"],
        # A sync of the organisation before is superseded by the next.
        "member_sync_status": status.Status.PENDING,
    }
    integration, _ = Integration.objects.update_or_create(chosen, team=team)
    queue_sync(integration.pk)
    _tell_connected(request, integration)
    return redirect("members", team.slug)


@team_required
@require_POST
def sync(request: Any, team: Team) -> HttpResponse:
    """Start a sync, unless one is under way, and answer at once."""
    queue_sync(get_object_or_404(Integration, team=team).pk)
    if not request.htmx:
        return redirect("members", team.slug)
    return render(request, "members/progress.html", _shown(team))


@team_required
@require_GET
@never_cache
def progress(request: Any, team: Team) -> HttpResponse:
    """Answer how far the sync is, and with the members once it is complete."""
    if not request.htmx:
        return redirect("members", team.slug)
    shown = _shown(team)
    complete = status.Status.COMPLETE
    shown["refresh_list"] = shown["integration"].member_sync_status == complete
    return render(request, "members/progress.html", shown)


def _tell_connected(request: HttpRequest, integration: Integration) -> None:
    integration.refresh_from_db()
    connected = f"Connected to {integration.organisation}."
    if integration.member_sync_status == status.Status.SYNCING:
        reading = "Its members are read in the background; you need not wait."
        messages.success(request, f"{connected} {reading}")
    else:
        messages.warning(request, f"{connected} Its members could not be read yet.")


def _shown(team: Team, form: ConnectForm | None = None) -> dict[str, Any]:
    """Return what a template shows; a stale sync is ended first."""
    integration = Integration.objects.filter(team=team).first()
    if integration is not None:
        status.end_stale(integration.pk)
        integration.refresh_from_db()
    return {
        "team": team,
        "integration": integration,
        "members": team.members.order_by("login"),
        "form": form,
        "poll_every": settings.MEMBER_SYNC_POLL_EVERY,
    }
