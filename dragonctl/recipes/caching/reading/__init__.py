"""What an integration reads of a request: by its mappings, its templates, and what chooses them."""
