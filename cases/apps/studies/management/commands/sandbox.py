"""`manage.py sandbox`: the local server with both hosts, by hand."""

from codehost.server.app import app
from sandbox.management.commands.sandbox import Command as BrokerAlone


class Command(BrokerAlone):
    """Serve the broker and the code host on the port of SANDBOX_URL until Ctrl-C."""

    help = "Serve the broker and the code host on the port of SANDBOX_URL."
    app = app
