"""Deciding what an instance does next (pure), and the driver that does it."""
