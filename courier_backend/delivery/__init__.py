"""Talking to runners: orders up, streams of events back."""
