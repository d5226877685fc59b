"""Runner processes on this machine: its own node, and the lab's."""
