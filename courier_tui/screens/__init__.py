"""Screens, one to a file, each with its style sheet beside it; imported when first shown."""
