"""One measure a module: each takes a `Setting` and gives `Figure`s."""
