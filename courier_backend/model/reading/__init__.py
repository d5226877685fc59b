"""From text to plain values with the place of each: JSON, YAML and TOML."""
