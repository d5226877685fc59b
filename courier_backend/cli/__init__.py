"""The command tree. Nothing heavy is imported before a command needs it."""
