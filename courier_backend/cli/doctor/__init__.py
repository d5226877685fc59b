"""What is wrong on this machine, and how to mend it. Each check is a small function."""
