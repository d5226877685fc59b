"""What executes a step: one small interface, one module an interpreter."""
