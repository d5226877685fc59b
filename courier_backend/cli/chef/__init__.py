"""Chef's command tree, word for word: JSON envelopes in the shapes that scripts expect."""
