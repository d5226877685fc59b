"""The evidence of an attempt: one zip with its output, its story, its files and a manifest."""
