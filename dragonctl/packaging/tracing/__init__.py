"""The tracer of a function: which one its source uses, what of it is packed, and its handler."""
