"""The backend as a process: its lock, its announcement, its settings, its coming and going."""
