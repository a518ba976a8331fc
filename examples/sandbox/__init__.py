"""The local server behind the `broker` and `codehost` SDKs."""

DEFAULT_URL = "http://127.0.0.1:8765"
