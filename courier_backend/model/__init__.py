"""The vocabulary of Courier: definitions, statuses, events and answers. No I/O."""
