"""Node lists and filters to nodes, groups to batches, criteria to verdicts. Pure."""
