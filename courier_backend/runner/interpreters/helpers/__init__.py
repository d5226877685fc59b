"""What runs around the programs of some interpreters: little processes of their own.

Each is started for one attempt, reads what to do as JSON from standard input (so nothing of it
stands in the list of processes), and ends with the exit code of what it ran. They need nothing but
Python itself.
"""
