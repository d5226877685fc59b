"""The fleet: nodes joining, changing, answering or not."""
