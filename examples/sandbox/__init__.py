"""The local server behind the SDKs."""

DEFAULT_URL = "http://127.0.0.1:8765"
