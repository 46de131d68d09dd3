"""Caching the right reads, with the right key, and taking that back."""
