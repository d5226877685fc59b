"""The home of a runner: its lock, the identities of its nodes, its announcement."""
