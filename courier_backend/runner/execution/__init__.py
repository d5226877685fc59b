"""Executing runs: steps, attempts, processes, output, limits, ends."""
