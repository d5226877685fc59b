"""Backends elsewhere, by name."""
