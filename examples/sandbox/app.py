"""The sandbox as one ASGI application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from sandbox import broker
from sandbox.faults import Faults
from sandbox.refusal import Refusal, answer_refusal


def application(*more: BaseRoute) -> Starlette:
    """Return the sandbox, with other hosts beside the broker."""
    return Starlette(
        routes=[Mount("/broker", routes=broker.routes), *more],
        middleware=[Middleware(Faults)],
        exception_handlers={Refusal: answer_refusal},
    )


app = application()
