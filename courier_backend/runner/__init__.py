"""The agent on a node: takes orders over HTTP, executes their steps, tells what happens."""
