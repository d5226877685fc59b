"""The node agent: takes orders over HTTP, executes steps, keeps a journal."""
