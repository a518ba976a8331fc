"""What the checker costs on 100,000 generated lines: `python -m tools.bench_checker`.

The lines are those of apps with models, services, views and tasks, each app with names
of its own, and each importing the one before. In each stands one mistake. What counts
is the processor's time of all processes, so that other work on the machine does not.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from proof.project import ROOT

LINES, MOST = 100_000, 10
"""So many lines, in so many seconds of one core."""
FILES = {
    "models.py": """
from django.db import models


class Account{n}(models.Model):
    name = models.CharField(max_length=40)


class Order{n}(models.Model):
    account = models.ForeignKey(Account{n}, models.CASCADE, related_name="orders")
    number = models.CharField(max_length=40)
    status = models.CharField(max_length=20)
""",
    "services.py": """
from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction

from app{n}.models import Account{n}, Order{n}


async def fetch_{n}(number):
    order = await Order{n}.objects.select_related("account").aget(number=number)
    return order.account.name


@transaction.atomic
def cancel_{n}(number):
    order = Order{n}.objects.select_for_update().get(number=number)
    order.status = "cancelled"
    order.save()
    return order.pk


async def cancel_all_{n}(numbers):
    for number in numbers:
        await sync_to_async(cancel_{n})(number)


def names_{n}():
    return [one.name for one in Account{n}.objects.order_by("name")]


def fetch_now_{n}(number):
    return async_to_sync(fetch_{n})(number)
""",
    "tasks.py": """
from celery import shared_task

from app{n}.services import cancel_{n}
from app{before}.services import fetch_now_{before}


@shared_task
def cancel_later_{n}(number):
    if fetch_now_{before}(number):
        cancel_{n}(number)
""",
    "views.py": """
from django.http import JsonResponse

from app{n}.models import Order{n}
from app{n}.services import cancel_all_{n}, names_{n}
from app{n}.tasks import cancel_later_{n}


def names(request):
    return JsonResponse({{"names": names_{n}()}})


def cancel(request, number):
    cancel_later_{n}.delay(number)
    return JsonResponse({{"number": number}})


async def cancel_many(request):
    await cancel_all_{n}(request.GET.getlist("number"))
    order = Order{n}.objects.first()
    return JsonResponse({{"first": order.pk}})
""",
}
PADDING = """

def plain_{n}_{k}(values):
    total = 0
    for value in values:
        if value > {k}:
            total += value
    return total
"""


def generate(folder: Path, lines: int) -> int:
    """Write apps until they have so many lines at least; return how many apps."""
    written = apps = 0
    while written < lines:
        apps += 1
        home = folder / f"app{apps}"
        home.mkdir()
        (home / "__init__.py").write_text("", "utf-8")
        for name, text in FILES.items():
            more = "".join(PADDING.format(n=apps, k=k) for k in range(20))
            whole = text.format(n=apps, before=max(1, apps - 1)).lstrip() + more
            (home / name).write_text(whole, "utf-8")
            written += len(whole.splitlines())
    return apps


def main() -> int:
    """Print the time; more than the goal is an error, and so is another finding."""
    with tempfile.TemporaryDirectory() as name:
        apps = generate(Path(name), LINES)
        run = [sys.executable, "-m", "django_async_lint", "check", name, "--no-cache"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            run, cwd=ROOT / "checker", capture_output=True, text=True, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = sum(
        getattr(after, kind) - getattr(before, kind)
        for kind in ("ru_utime", "ru_stime")
    )
    found = sum(" DAL401 " in line for line in done.stdout.splitlines())
    print(
        f"django-async-lint: {LINES:,} lines in {apps} apps, {found} findings, "
        f"{seconds:.1f} s of one core (goal: {MOST} s)"
    )
    return int(seconds > MOST or found != apps)


if __name__ == "__main__":
    sys.exit(main())
