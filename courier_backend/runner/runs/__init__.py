"""The runs that a runner holds: what each has told, who reads along, what was released."""
