"""Run the sandbox with both hosts: `python -m codehost.server --port 0`."""

from codehost.server.app import app
from sandbox.__main__ import main

if __name__ == "__main__":
    main(app)
