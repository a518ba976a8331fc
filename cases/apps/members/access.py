"""Who may see and change a team's members."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django_htmx.http import HttpResponseClientRedirect

from integrations.models import Team

View = Callable[..., HttpResponse]


def team_required(view: View) -> View:
    """Let only signed-in users with a seat in the team in, and hand over the team.

    To all others the team does not exist.
    """

    @wraps(view)
    def checked(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_login(request)
        team = get_object_or_404(Team, slug=slug, seats__user=request.user)
        return view(request, team, **kwargs)

    return checked


def _to_login(request: Any) -> HttpResponse:
    """Answer with the way to the login; htmx would put a redirect's page in place."""
    if request.htmx:
        back = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(back).url)
    return redirect_to_login(request.get_full_path())
