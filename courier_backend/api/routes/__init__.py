"""The routes, by area. Each is thin: read the request, ask store or service, wrap the answer."""
