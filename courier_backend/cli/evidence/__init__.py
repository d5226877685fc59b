"""Evidence on this machine: downloaded whole or not at all, and checked."""
