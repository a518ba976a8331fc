"""The example project and that of the case studies: seeds, sandbox and both SDKs."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from proof.project import PROJECT, ROOT

sys.path.extend(map(str, PROJECT.sources))

import broker as broker_sdk
import codehost as codehost_sdk
from broker import Broker, BrokerOrder, Quote
from codehost import CodeHost, PullRequestData

EXAMPLES, CASES = ROOT / "examples", ROOT / "cases"
PATH = os.pathsep.join(map(str, PROJECT.sources))
REPOSITORY = "example/engine"
IN_MEMORY = "sqlite://:memory:"
SERVE = ["-m", "codehost.server", "--port", "0"]
PROJECTS = pytest.mark.parametrize(
    "project", [EXAMPLES, CASES], ids=lambda one: one.name
)

KEPT_BROKER = """
import asyncio
from broker import Broker

broker = Broker()
print(asyncio.run(broker.order("B-7")).status)
asyncio.run(broker.order("B-7"))
"""

BINDS = """
from threading import Thread

from config.celery import app
from kombu.transport import filesystem

with app.connection() as connection:
    channel = connection.default_channel
    folder = channel.control_folder
    with (folder / "binding").open("w") as held:
        filesystem.lock(held, filesystem.LOCK_EX)
        other = Thread(target=channel._queue_bind, args=["celery", "", "", "celery"])
        other.start()
        other.join(0.3)
        print(other.is_alive(), len([*folder.glob("*.exchange")]))
    other.join()
    print(other.is_alive(), len([*folder.glob("*.exchange")]))
"""

NEW_ORDER = """
from trading.models import Order

order = Order.objects.create(position_id=33, number="B-11", limit="1.00")
print(order.pk, Order.objects.count())
"""


def python(
    *arguments: str, cwd: Path = EXAMPLES, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in `examples/` to its end, by default with a database in memory."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | {"DATABASE_URL": IN_MEMORY} | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the sandbox on a free port; give the process and its URL."""
    with subprocess.Popen(
        [sys.executable, *SERVE, *options],
        cwd=EXAMPLES,
        env=os.environ | {"PYTHONPATH": PATH},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def with_sdk(sdk: Any, call: Callable[[Any], Awaitable[Any]]) -> Any:
    """Make one call on an SDK object, and close it in the same loop."""

    async def main() -> Any:
        async with sdk:
            return await call(sdk)

    return asyncio.run(main())


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Give the URL of a running sandbox."""
    with serving("--until-stdin-closes") as (_, url):
        yield url


@PROJECTS
def test_project_checks(project: Path) -> None:
    """Django finds nothing wrong with the project, from any working directory."""
    manage = str(project / "manage.py")
    checked = python(manage, "check", "--fail-level", "WARNING", cwd=Path("/"))
    assert checked.returncode == 0, checked.stderr


@PROJECTS
def test_migrations_complete(project: Path) -> None:
    """The migrations make the models as they are."""
    done = python("manage.py", "makemigrations", "--check", "--dry-run", cwd=project)
    assert (done.returncode, done.stdout) == (0, "No changes detected\n")


@pytest.mark.parametrize(
    ("project", "said"),
    [
        (EXAMPLES, "Installed 13 object(s) from 1 fixture(s)\n"),
        (CASES, "Installed 16 object(s) from 3 fixture(s)\n"),
    ],
    ids=["examples", "cases"],
)
def test_seed_loads(project: Path, said: str, tmp_path: Path) -> None:
    """The apps' seeds load into an empty SQLite file, and new rows follow them."""
    database = f"sqlite:///{tmp_path / 'seed.sqlite3'}"
    python_in = partial(python, "manage.py", cwd=project, DATABASE_URL=database)
    python_in("migrate").check_returncode()
    loaded = python_in("loaddata", "seed")
    assert loaded.stdout == said, loaded.stderr
    added = python_in("shell", "-c", NEW_ORDER)
    assert added.stdout.splitlines()[-1] == "11 5", added.stderr


def test_template_is_shown() -> None:
    """The page on views shows the template that its examples render, to the letter."""
    template = EXAMPLES / "trading" / "templates" / "trading" / "orders.html"
    page = EXAMPLES.parent / "docs" / "views.md"
    assert f"```html\n{template.read_text()}```\n" in page.read_text()


def test_members_tests() -> None:
    """The tests of the members app pass, as its own project would run them."""
    ran = python("manage.py", "test", "members", cwd=CASES)
    assert "\nRan 24 tests" in ran.stderr and ran.returncode == 0, ran.stderr


def test_sqlite_waits_one_second(tmp_path: Path) -> None:
    """A SQLite database named by the environment waits a second for a lock."""
    show = "from django.conf import settings; print(settings.DATABASES['default'])"
    database = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    shown = python("manage.py", "shell", "-c", show, DATABASE_URL=database)
    assert "'OPTIONS': {'timeout': 1}" in shown.stdout
    assert "other.sqlite3" in shown.stdout


def test_server_ends_with_stdin() -> None:
    """The server ends by itself, quietly, once its standard input closes."""
    with serving("--until-stdin-closes") as (process, url):
        assert httpx.get(f"{url}/broker/orders/B-7").is_success
        assert process.communicate(timeout=5) == ("", "")
        assert process.returncode == 0


@pytest.mark.parametrize("options", [(), ("--until-stdin-closes",)])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_server_ends_on_signal(options: tuple[str, ...], number: int) -> None:
    """A signal ends the server quietly, although a request is in flight."""
    with serving(*options) as (process, url):
        slow = {"X-Sandbox-Latency": "9"}
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/broker/orders/B-7", headers=slow, timeout=0.2)
        process.send_signal(number)
        assert process.wait(timeout=5) in (0, -number)
        assert process.stderr and process.stderr.read() == ""


def test_port_in_use(url: str) -> None:
    """A port that something else has is named in one line."""
    port = url.rpartition(":")[2]
    line = f"cannot listen on 127.0.0.1:{port}: Address already in use\n"
    refused = python("-m", "sandbox", "--port", port)
    assert (refused.returncode, refused.stderr) == (1, f"sandbox: {line}")
    for project in (EXAMPLES, CASES):
        refused = python("manage.py", "sandbox", cwd=project, SANDBOX_URL=url)
        assert (refused.returncode, refused.stderr) == (1, f"CommandError: {line}")
    refused = python("-m", "sandbox", "--port", "99999")
    assert refused.stderr == "sandbox: no port has the number 99999\n"


def test_url_from_environment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK that is given no URL finds the host through the environment."""
    monkeypatch.setenv("SANDBOX_URL", url)
    assert with_sdk(Broker(), lambda sdk: sdk.order("B-7")).number == "B-7"


def test_latency(url: str) -> None:
    """The latency that an SDK asks for delays the answer."""
    begun = monotonic()
    with_sdk(Broker(url, latency=0.3), lambda sdk: sdk.quote("QQQ"))
    assert monotonic() - begun >= 0.3


@pytest.mark.parametrize("name", ["X-Sandbox-Latency", "X-Sandbox-Fail"])
def test_bad_fault_header(url: str, name: str) -> None:
    """A fault header that makes no sense is named in the answer."""
    for path in ("/broker/orders/B-7", "/nowhere"):
        answer = httpx.get(url + path, headers={name: "soon"})
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith(f"{name}: 'soon' is not")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda sdk: sdk.quote("QQQ"), Quote("QQQ", Decimal("101.25"))),
        (lambda sdk: sdk.order("B-10"), BrokerOrder("B-10", "working")),
        (lambda sdk: sdk.cancel("B-7"), BrokerOrder("B-7", "cancelled")),
        (
            lambda sdk: sdk.place("QQQ", 5, Decimal("101.50")),
            BrokerOrder("N-QQQ-5", "working"),
        ),
    ],
    ids=["quote", "order", "cancel", "place"],
)
def test_broker(
    url: str, call: Callable[[Broker], Awaitable[Any]], expected: object
) -> None:
    """Each call on the broker answers the same every time."""
    assert [with_sdk(Broker(url), call) for _ in range(2)] == [expected, expected]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda sdk: sdk.order("B-99"), "OrderNotFound", "no order B-99"),
        (lambda sdk: sdk.order("B?7"), "OrderNotFound", r"no order B\?7"),
        (lambda sdk: sdk.cancel("B-99"), "OrderNotFound", "no order B-99"),
        (lambda sdk: sdk.quote("XYZ"), "SymbolNotFound", "no symbol XYZ"),
        (lambda sdk: sdk.order("B/7"), "BrokerError", "answered 404, Not Found"),
        (
            lambda sdk: sdk.place("IWM", 1, Decimal(50)),
            "MarketHalted",
            "trading in IWM is halted",
        ),
    ],
)
def test_broker_refusals(
    url: str, call: Callable[[Broker], Awaitable[Any]], error: str, message: str
) -> None:
    """What the broker refuses is an error that names the thing."""
    with pytest.raises(getattr(broker_sdk, error), match=message):
        with_sdk(Broker(url), call)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"fail_with": 503}, "BrokerUnavailable", "answered 503"),
        ({"fail_with": 429}, "BrokerError", "answered 429"),
        ({"latency": 5, "timeout": 0.1}, "BrokerUnavailable", "ReadTimeout"),
        ({"base_url": "http://127.0.0.1:1"}, "BrokerUnavailable", "ConnectError"),
    ],
)
def test_broker_failures(
    url: str, options: dict[str, Any], error: str, message: str
) -> None:
    """A broker that fails, is slow or is gone is an error that names the call."""
    with pytest.raises(broker_sdk.BrokerError, match=message) as caught:
        with_sdk(Broker(**{"base_url": url} | options), lambda sdk: sdk.order("B-7"))
    assert type(caught.value) is getattr(broker_sdk, error)
    assert str(caught.value).startswith("GET /broker/orders/B-7: ")


def test_pages(url: str) -> None:
    """Pull requests come five a page, and the last page names no next one."""

    async def pages(sdk: CodeHost) -> list[tuple[list[int], int | None]]:
        found = [await sdk.pull_requests(REPOSITORY, page) for page in range(1, 5)]
        return [([pr.number for pr in page.items], page.next_page) for page in found]

    assert with_sdk(CodeHost(url), pages) == [
        ([2401, 2402, 2403, 2404, 2405], 2),
        ([2406, 2407, 2408, 2409, 2410], 3),
        ([2411, 2412, 2413, 2414], None),
        ([], None),
    ]


def test_bad_page(url: str) -> None:
    """A page before the first is refused."""
    with pytest.raises(codehost_sdk.CodeHostError, match="pages count from 1"):
        with_sdk(CodeHost(url), lambda sdk: sdk.pull_requests(REPOSITORY, 0))


def test_pull_requests_whole(url: str) -> None:
    """All fourteen pull requests have commits, and files that their sums agree with."""

    async def check(sdk: CodeHost) -> list[PullRequestData]:
        found = [item async for item in sdk.all_pull_requests(REPOSITORY)]
        for item in found:
            files = await sdk.files(REPOSITORY, item.number)
            assert files and await sdk.commits(REPOSITORY, item.number)
            assert item.additions == sum(file.additions for file in files)
            assert item.deletions == sum(file.deletions for file in files)
        return found

    found = with_sdk(CodeHost(url), check)
    assert [item.number for item in found] == list(range(2401, 2415))


def test_pull_request_2408(url: str) -> None:
    """Pull request 2408 changes one Go file and one CSV file, and has reviews."""

    async def parts(sdk: CodeHost) -> tuple[list[str], list[str]]:
        files = await sdk.files(REPOSITORY, 2408)
        reviews = await sdk.reviews(REPOSITORY, 2408)
        return [file.path for file in files], [review.reviewer for review in reviews]

    paths, reviewers = with_sdk(CodeHost(url), parts)
    assert paths == ["engine/router.go", "testdata/quotes.csv"]
    assert reviewers == ["reviewer-a", "reviewer-b"]


@pytest.mark.parametrize("part", ["reviews", "commits", "files"])
@pytest.mark.parametrize(
    ("repository", "number", "error"),
    [
        ("example/nothing", 2408, "RepositoryNotFound"),
        (REPOSITORY, 1, "PullRequestNotFound"),
    ],
)
def test_codehost_refusals(
    url: str, part: str, repository: str, number: int, error: str
) -> None:
    """A repository or pull request that is not there is an error that names it."""
    with pytest.raises(getattr(codehost_sdk, error), match=f"{number}|{repository}"):
        with_sdk(CodeHost(url), lambda sdk: getattr(sdk, part)(repository, number))


def test_codehost_unavailable(url: str) -> None:
    """A code host that fails is an error that names the call."""
    sdk = CodeHost(url, fail_with=502)
    with pytest.raises(codehost_sdk.CodeHostUnavailable, match=r"^GET .* answered 502"):
        with_sdk(sdk, lambda sdk: sdk.pull_requests(REPOSITORY))


async def logins(sdk: CodeHost, organisation: str) -> list[list[str]]:
    """Return the logins of an organisation's members, page by page."""
    pages, number = [], 1
    while number:
        page = await sdk.members(organisation, number)
        pages.append([one.login for one in page.items])
        number = page.next_page or 0
    return pages


def test_members(url: str) -> None:
    """The members of an organisation come five a page, each of them once."""
    pages = with_sdk(CodeHost(url), lambda sdk: logins(sdk, "example"))
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert len({login for page in pages for login in page}) == 23


def test_members_repeated(url: str) -> None:
    """An organisation that grows meanwhile shows somebody on two pages."""
    pages = with_sdk(CodeHost(url), lambda sdk: logins(sdk, "example-repeats"))
    assert all(page[0] == before[-1] for before, page in pairwise(pages))
    assert len({login for page in pages for login in page}) == 23


@pytest.mark.parametrize(
    ("organisation", "error", "message"),
    [
        ("nobody", "OrganisationNotFound", "no organisation nobody"),
        ("a/b", "CodeHostError", "answered 404"),
        ("example-broken", "CodeHostUnavailable", "503, page 3 cannot be read"),
    ],
)
def test_members_refused(url: str, organisation: str, error: str, message: str) -> None:
    """An organisation that is not there, or half of it, is an error that says so."""
    with pytest.raises(getattr(codehost_sdk, error), match=message):
        with_sdk(CodeHost(url), lambda sdk: logins(sdk, organisation))


def test_sdks_need_no_django() -> None:
    """Neither SDK imports Django."""
    show = "import broker, codehost, sys; print('django' in sys.modules)"
    said = python("-c", show, PYTHONPATH=PATH)
    assert said.stdout == "False\n"


def test_kept_broker_breaks(url: str) -> None:
    """A broker kept beyond its event loop fails by itself at its second call."""
    ended = python("-c", KEPT_BROKER, SANDBOX_URL=url)
    assert ended.stdout == "working\n"
    assert ended.stderr.endswith("RuntimeError: Event loop is closed\n")


def test_one_process_at_a_time_declares_a_queue(tmp_path: Path) -> None:
    """Another waits until the file of the exchange is whole."""
    said = python("-c", BINDS, BROKER_FOLDER=str(tmp_path))
    assert said.stdout == "True 0\nFalse 1\n", said.stderr
