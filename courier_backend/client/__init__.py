"""Typed clients of the API, for the app and the command line."""
