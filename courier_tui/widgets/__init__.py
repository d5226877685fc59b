"""Widgets that several screens share, one to a file."""
