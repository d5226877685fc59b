"""Files with many nodes: our own (JSON, YAML, TOML, CSV), and Ansible inventories."""
