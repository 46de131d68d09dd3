"""One request: sent, followed through every log, and judged."""
