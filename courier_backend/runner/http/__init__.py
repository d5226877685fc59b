"""The protocol of a node over HTTP: a plain ASGI application and its server."""
