"""What is measured, and how: whole processes, side by side with others, in one go."""
