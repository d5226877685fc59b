"""What the runner has promised and done, on disk before anybody is told."""
