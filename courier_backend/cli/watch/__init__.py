"""Following an instance to its end, as a live picture or line by line."""
