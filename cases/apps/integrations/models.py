"""What a team keeps of its repositories at the code host.

Each constraint names what the code host knows a row by, so that a second sync
updates the rows of the first.
"""

from django.db import models


class Team(models.Model):
    """A team that tracks repositories."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)

    def __str__(self) -> str:
        return self.name


class TrackedRepository(models.Model):
    """A repository at the code host and how far its sync has come."""

    class SyncStatus(models.TextChoices):
        """How far the sync has come."""

        PENDING = "pending"
        SYNCING = "syncing"
        COMPLETE = "complete"
        ERROR = "error"

    team = models.ForeignKey(Team, models.CASCADE, related_name="repositories")
    full_name = models.CharField(max_length=200)
    sync_status = models.CharField(
        max_length=10, choices=SyncStatus.choices, default=SyncStatus.PENDING
    )
    sync_resume_at = models.DateTimeField(
        null=True, blank=True, help_text="When to queue a sync that does not get on."
    )
    sync_error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "tracked repositories"
        constraints = (
            models.UniqueConstraint(
                fields=("team", "full_name"), name="unique_repository_in_team"
            ),
        )

    def __str__(self) -> str:
        return self.full_name


class PullRequest(models.Model):
    """A pull request of a tracked repository."""

    class State(models.TextChoices):
        """Whether the pull request still waits."""

        OPEN = "open"
        CLOSED = "closed"
        MERGED = "merged"

    repository = models.ForeignKey(
        TrackedRepository, models.CASCADE, related_name="pull_requests"
    )
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices)
    additions = models.PositiveIntegerField(default=0)
    deletions = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("repository", "number"), name="unique_number_in_repository"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"


class Review(models.Model):
    """A reviewer's latest word on a pull request."""

    class State(models.TextChoices):
        """What the reviewer said."""

        APPROVED = "approved"
        CHANGES_REQUESTED = "changes_requested"
        COMMENTED = "commented"

    pull_request = models.ForeignKey(
        PullRequest, models.CASCADE, related_name="reviews"
    )
    reviewer = models.CharField(max_length=100)
    state = models.CharField(max_length=20, choices=State.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("pull_request", "reviewer"),
                name="unique_reviewer_in_pull_request",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.state}"


class Commit(models.Model):
    """A commit of a pull request."""

    pull_request = models.ForeignKey(
        PullRequest, models.CASCADE, related_name="commits"
    )
    sha = models.CharField(max_length=40)
    message = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("pull_request", "sha"), name="unique_sha_in_pull_request"
            ),
        )

    def __str__(self) -> str:
        return self.sha[:7]


class PullRequestFile(models.Model):
    """A file that a pull request changes."""

    pull_request = models.ForeignKey(PullRequest, models.CASCADE, related_name="files")
    path = models.CharField(max_length=500)
    additions = models.PositiveIntegerField(default=0)
    deletions = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("pull_request", "path"), name="unique_path_in_pull_request"
            ),
        )

    def __str__(self) -> str:
        return self.path
