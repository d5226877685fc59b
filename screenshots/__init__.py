"""Pictures of the app, made by ``python -m screenshots.make`` from a fleet that is alive."""
