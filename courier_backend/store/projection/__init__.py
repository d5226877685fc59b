"""From events to rows and counts: one function for each kind of event."""
