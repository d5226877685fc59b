"""What is there, for people: tables, and one thing at a time."""
