"""X-Ray's traces: summaries and whole traces read, segments typed, the service map made of them."""
