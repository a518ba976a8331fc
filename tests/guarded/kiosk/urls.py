"""A view of each kind."""

from django.http import HttpResponse
from django.urls import path

from kiosk import services
from kiosk.models import Item


def view(request):
    """Write in the thread of the request."""
    services.sell("pen")
    return HttpResponse()


async def aview(request):
    """Write through a bridge."""
    await Item.objects.acreate(name="ink")
    return HttpResponse()


urlpatterns = [path("sync/", view), path("async/", aview)]
