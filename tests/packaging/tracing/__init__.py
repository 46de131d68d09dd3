"""What traces a function, and what of it is packed."""
