"""The HTTP API of the backend."""
