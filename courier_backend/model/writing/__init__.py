"""From the normal form to text: JSON, YAML and TOML."""
