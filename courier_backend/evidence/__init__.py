"""Evidence kept by the backend, and signed links to it."""
