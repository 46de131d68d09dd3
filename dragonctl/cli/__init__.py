"""The command line's frame: root, options, session, the flows of a change and of a view."""
