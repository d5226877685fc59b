"""What is wrong with the plain values of a job file: every check adds its problems."""
