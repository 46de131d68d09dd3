"""One file per command: options in, recipe, engine, report."""
