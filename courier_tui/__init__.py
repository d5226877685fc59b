"""The terminal app. It sees the backend through its client, and nothing else of it."""
