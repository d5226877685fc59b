"""The evidence format: members, manifest, digests. Pure."""
