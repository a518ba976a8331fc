"""The sandbox as one ASGI application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from sandbox import broker, codehost
from sandbox.faults import Faults
from sandbox.refusal import Refusal, answer_refusal

app = Starlette(
    routes=[
        Mount("/broker", routes=broker.routes),
        Mount("/codehost", routes=codehost.routes),
    ],
    middleware=[Middleware(Faults)],
    exception_handlers={Refusal: answer_refusal},
)
