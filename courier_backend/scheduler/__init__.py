"""When jobs become instances."""
