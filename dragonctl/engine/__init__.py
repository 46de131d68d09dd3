"""The one idea, written once: read, compare, write the difference, read back, remember."""
