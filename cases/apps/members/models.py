"""What a team keeps of its members at the code host, and how far their sync has come.

The status stands apart from the repositories' own (`TrackedRepository.sync_status`):
both syncs can run at the same time.
"""

from django.conf import settings
from django.db import models

from integrations.models import Team


class Seat(models.Model):
    """A user of this site who may act for a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="seats"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("team", "user"), name="unique_user_in_team"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Integration(models.Model):
    """A team's connection to its organisation at the code host."""

    class SyncStatus(models.TextChoices):
        """How far the sync of the members has come."""

        PENDING = "pending"
        SYNCING = "syncing"
        COMPLETE = "complete"
        ERROR = "error"

    team = models.OneToOneField(Team, models.CASCADE, related_name="integration")
    organisation = models.CharField(max_length=100)

    member_sync_status = models.CharField(
        max_length=10, choices=SyncStatus.choices, default=SyncStatus.PENDING
    )
    member_sync_run = models.PositiveIntegerField(default=0)
    """Counts the runs: a task of an older one may no longer write."""
    member_sync_started_at = models.DateTimeField(null=True, blank=True)
    member_sync_seen_at = models.DateTimeField(null=True, blank=True)
    """When the run last gave a sign of life."""
    member_sync_finished_at = models.DateTimeField(null=True, blank=True)
    member_sync_read = models.PositiveIntegerField(default=0)
    member_sync_created = models.PositiveIntegerField(default=0)
    member_sync_updated = models.PositiveIntegerField(default=0)
    member_sync_removed = models.PositiveIntegerField(default=0)
    member_sync_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.team} at {self.organisation}"


class Member(models.Model):
    """Somebody who belongs to the team's organisation at the code host."""

    class Role(models.TextChoices):
        """What the code host lets them do."""

        MEMBER = "member"
        OWNER = "owner"

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    login = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("team", "login"), name="unique_login_in_team"
            ),
        )

    def __str__(self) -> str:
        return self.login
