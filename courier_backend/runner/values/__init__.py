"""What steps work with: their inputs, the values in their commands, conditions, outputs."""
