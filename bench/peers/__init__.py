"""What a user would take instead, each in a virtual environment of its own."""
