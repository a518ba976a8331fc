"""The sandbox with both hosts, as one ASGI application."""

from starlette.routing import Mount

from codehost.server import routes
from sandbox.app import application

app = application(Mount("/codehost", routes=routes.routes))
