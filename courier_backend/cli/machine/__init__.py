"""This machine: the backend, the lab, a runner, and what is wrong here."""
