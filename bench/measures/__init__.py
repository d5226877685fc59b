"""One measure a module: each takes a `Bench` and gives `Figure`s."""
