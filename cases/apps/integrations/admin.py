"""The integration models in the admin."""

from django.contrib import admin

from integrations.models import (
    Commit,
    PullRequest,
    PullRequestFile,
    Review,
    Team,
    TrackedRepository,
)


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    """Teams."""

    list_display = ("name", "slug")


@admin.register(TrackedRepository)
class TrackedRepositoryAdmin(admin.ModelAdmin):
    """Tracked repositories with their teams."""

    list_display = ("full_name", "sync_status", "team")
    list_select_related = ("team",)


@admin.register(PullRequest)
class PullRequestAdmin(admin.ModelAdmin):
    """Pull requests with their repositories."""

    list_display = ("number", "title", "state", "repository")
    list_select_related = ("repository",)


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    """Reviews with their pull requests."""

    list_display = ("reviewer", "state", "pull_request")
    list_select_related = ("pull_request",)


@admin.register(Commit)
class CommitAdmin(admin.ModelAdmin):
    """Commits with their pull requests."""

    list_display = ("sha", "message", "pull_request")
    list_select_related = ("pull_request",)


@admin.register(PullRequestFile)
class PullRequestFileAdmin(admin.ModelAdmin):
    """Changed files with their pull requests."""

    list_display = ("path", "additions", "deletions", "pull_request")
    list_select_related = ("pull_request",)
