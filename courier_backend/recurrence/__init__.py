"""RFC 5545 rules and exception windows to execution times. Pure."""
