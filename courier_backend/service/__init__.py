"""What the backend can do, as one object: the API calls it, and nothing else does."""
