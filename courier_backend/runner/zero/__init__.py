"""Zero mode: the steps of a job on this machine, with no backend and no server."""
