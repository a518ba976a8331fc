"""The members page without a worker: what is queued, who may, what is shown.

What these cannot see, `tests/cases/test_members_browser.py` looks at: a real message, a
real worker, two requests at the same time.
"""

from datetime import timedelta
from unittest.mock import AsyncMock, patch

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client, TestCase, TransactionTestCase
from django.utils import timezone
from kombu.exceptions import EncodeError, OperationalError

from codehost import MemberData
from integrations.models import TrackedRepository
from members import status
from members.models import Integration, Member
from members.tasks import NOT_QUEUED, queue_sync, sync_members

PAGE = "/teams/engine/members/"
SYNC, PROGRESS, CONNECT = (f"{PAGE}{name}/" for name in ("sync", "progress", "connect"))
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}


class MembersCase(TestCase):
    """A user with a seat in the team of the seed."""

    fixtures = ("seed", "members")

    def setUp(self) -> None:
        """Sign in, and put a mock in the queue's place."""
        self.client.force_login(get_user_model().objects.get(username="desk-a"))
        patched = patch.object(sync_members, "delay")
        self.delay = patched.start()
        self.addCleanup(patched.stop)

    def post(self, path: str, **data: str) -> str:
        """Post as htmx does, commit, and return what is shown."""
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(path, data, headers=HTMX).content.decode()

    def integration(self, **changes: object) -> Integration:
        """Change the integration, and return it."""
        Integration.objects.filter(pk=1).update(**changes)
        return Integration.objects.get(pk=1)


class StartTests(MembersCase):
    """What a click does."""

    def test_click_queues_the_task_after_the_commit(self) -> None:
        """The task is queued with ids, when the status is there for it to read."""
        seen = []
        self.delay.side_effect = lambda pk, run: seen.append(
            status.under_way(pk, run).exists()
        )
        self.assertIn('data-status="syncing"', self.post(SYNC))
        self.delay.assert_called_once_with(1, 1)
        self.assertEqual(seen, [True])

    def test_nothing_is_queued_before_the_commit(self) -> None:
        """Until the transaction ends, the queue hears nothing."""
        with self.captureOnCommitCallbacks() as callbacks:
            self.client.post(SYNC, headers=HTMX)
        self.delay.assert_not_called()
        self.assertEqual(len(callbacks), 1)

    def test_second_click_queues_nothing(self) -> None:
        """While a run is under way, another does not begin."""
        self.post(SYNC)
        self.assertIn('data-status="syncing"', self.post(SYNC))
        self.delay.assert_called_once()

    def test_click_after_the_end_begins_again(self) -> None:
        """A run that is complete or has failed makes room for the next."""
        for run, ended in enumerate((status.complete, self._fail), 1):
            self.post(SYNC)
            ended(1, run)
        self.post(SYNC)
        self.assertEqual(self.delay.call_args.args, (1, 3))

    def test_repositories_have_a_status_of_their_own(self) -> None:
        """Both syncs may be under way at the same time, and neither moves the other."""
        TrackedRepository.objects.update(sync_status="syncing")
        self.post(SYNC)
        self.delay.assert_called_once()
        status.complete(1, 1)
        self.assertEqual(TrackedRepository.objects.get().sync_status, "syncing")

    def test_argument_that_cannot_be_sent(self) -> None:
        """A mistake in the code is no queue that is down: it is raised."""
        self.delay.side_effect = EncodeError("not JSON")
        with self.assertRaises(EncodeError):
            self.post(SYNC)

    def test_connect_queues_and_does_not_wait(self) -> None:
        """The message says what goes on, and the sync is of the new organisation."""
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(CONNECT, {"organisation": "other"})
        shown = self.client.get(PAGE)
        self.assertContains(shown, "Connected to other. Its members are read in the")
        self.delay.assert_called_once_with(1, 1)

    def test_connect_supersedes_the_sync_of_another_organisation(self) -> None:
        """What the run before still finds is not written."""
        self.post(SYNC)
        self.post(CONNECT, organisation="other")
        self.assertEqual(self.delay.call_args.args, (1, 2))
        self.assertFalse(status.under_way(1, 1).exists())

    def test_connect_to_no_name(self) -> None:
        """A name that cannot be one is refused, and nothing is queued."""
        shown = self.client.post(CONNECT, {"organisation": "a/b"})
        self.assertContains(shown, "Enter a valid", status_code=422)
        self.delay.assert_not_called()

    def _fail(self, pk: int, run: int) -> None:
        status.fail(pk, run, "reason")


class QueueDownTests(TransactionTestCase):
    """A queue that does not answer.

    In a `TestCase` nothing commits, and what waits for the commit runs after the view.
    """

    fixtures = ("seed", "members")

    def test_queue_that_does_not_answer(self) -> None:
        """The page says so, and the status is not left at syncing."""
        self.client.force_login(get_user_model().objects.get(username="desk-a"))
        refused = OperationalError("refused")
        with patch.object(sync_members, "delay", side_effect=refused):
            shown = self.client.post(SYNC, headers=HTMX)
        self.assertContains(shown, NOT_QUEUED)
        self.assertEqual(Integration.objects.get().member_sync_status, "error")

    def test_transaction_around_it(self) -> None:
        """Inside another transaction it could not say so, and refuses."""
        with self.assertRaises(RuntimeError), transaction.atomic():
            queue_sync(1)


class FollowTests(MembersCase):
    """What the page shows of a run."""

    def test_poll_every_three_seconds_until_the_end(self) -> None:
        """The part that polls is there while syncing, and goes with it."""
        self.assertIn('hx-trigger="every 3s"', self.post(SYNC))
        status.complete(1, 1)
        shown = self.client.get(PROGRESS, headers=HTMX).content.decode()
        self.assertNotIn("hx-trigger", shown)
        self.assertIn('id="member-list"', shown)

    def test_poll_is_cheap(self) -> None:
        """While a run is under way, asking costs six queries."""
        self.post(SYNC)
        with self.assertNumQueries(6):
            self.client.get(PROGRESS, headers=HTMX)

    def test_stale_run_ends(self) -> None:
        """A run without a sign of life ends, says so, and can begin again."""
        self.post(SYNC)
        self.integration(member_sync_seen_at=timezone.now() - timedelta(seconds=31))
        shown = self.client.get(PROGRESS, headers=HTMX)
        self.assertContains(shown, "No worker has reported for 30 s.")
        self.post(SYNC)
        self.assertEqual(self.delay.call_args.args, (1, 2))

    def test_run_with_signs_of_life_goes_on(self) -> None:
        """A long run is not stale as long as it reports."""
        long_ago = timezone.now() - timedelta(hours=1)
        self.post(SYNC)
        self.integration(member_sync_started_at=long_ago)
        shown = self.client.get(PROGRESS, headers=HTMX)
        self.assertContains(shown, 'data-status="syncing"')


class TaskTests(MembersCase):
    """What the task writes, with a code host that is already read."""

    def run_task(self, run: int, *logins: str) -> None:
        """Run the task as if the code host had named these."""
        found = {one: MemberData(one, f"Name of {one}", "member") for one in logins}
        with patch("members.tasks.read", AsyncMock(return_value=found)):
            sync_members(1, run)

    def test_rows_become_what_the_host_says(self) -> None:
        """Some are new, some have changed, some have gone; a second run finds none."""
        for run, counts in ((1, (1, 1, 1)), (2, (0, 0, 0))):
            self.post(SYNC)
            self.run_task(run, "dev-01", "dev-02")
            row = self.integration()
            names = ("created", "updated", "removed")
            counted = tuple(getattr(row, f"member_sync_{name}") for name in names)
            self.assertEqual((row.member_sync_status, counted), ("complete", counts))
        self.assertEqual(Member.objects.count(), 2)

    def test_superseded_run_writes_nothing(self) -> None:
        """A message that comes late finds another run, or none, and leaves both."""
        self.post(SYNC)
        before = list(Member.objects.values())
        self.integration(member_sync_run=2)
        self.run_task(1, "dev-02")
        self.integration(member_sync_run=1, member_sync_status="error")
        self.run_task(1, "dev-02")
        self.assertEqual(list(Member.objects.values()), before)

    def test_message_twice(self) -> None:
        """A message that is delivered again after the end changes nothing."""
        self.post(SYNC)
        for _ in range(2):
            self.run_task(1, "dev-01", "dev-02")
        self.assertEqual(self.integration().member_sync_created, 1)

    def test_no_member_at_all(self) -> None:
        """An answer without members is an error, and no reason to remove them."""
        self.post(SYNC)
        self.run_task(1)
        self.assertIn("names no member", self.integration().member_sync_error)
        self.assertEqual(Member.objects.count(), 2)

    def test_error_that_nobody_expected(self) -> None:
        """It is raised for the log, and the run has ended."""
        self.post(SYNC)
        broken = AsyncMock(side_effect=ValueError)
        with self.assertRaises(ValueError), patch("members.tasks.read", broken):
            sync_members(1, 1)
        self.assertEqual(self.integration().member_sync_status, "error")


class AccessTests(MembersCase):
    """Who may."""

    def test_only_who_is_signed_in(self) -> None:
        """Others are led to the login, and from there back to the page."""
        self.client.logout()
        login = f"/login/?next={PAGE}"
        self.assertRedirects(self.client.get(PAGE), login)
        asked = self.client.get(PROGRESS, headers=HTMX)
        self.assertEqual((asked.status_code, asked["HX-Redirect"]), (200, login))

    def test_only_who_has_a_seat(self) -> None:
        """To others the team does not exist."""
        self.client.force_login(get_user_model().objects.get(username="desk-b"))
        answers = [self.client.get(path) for path in (PAGE, PROGRESS)]
        answers += [self.client.post(path) for path in (SYNC, CONNECT)]
        self.assertEqual([one.status_code for one in answers], [404] * 4)
        self.delay.assert_not_called()

    def test_only_with_the_token_of_a_page(self) -> None:
        """A form of another site starts nothing."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(get_user_model().objects.get(username="desk-a"))
        for path in (SYNC, CONNECT):
            self.assertEqual(client.post(path).status_code, 403)
        self.delay.assert_not_called()

    def test_no_link_starts_a_sync(self) -> None:
        """Only a POST does."""
        for path in (SYNC, CONNECT):
            self.assertEqual(self.client.get(path).status_code, 405)
