"""The lists of the app, with their columns: one kind of thing to a file."""
