"""Hiding sensitive values in whatever leaves the runner."""
