"""What the local AWS records of what it ran: log lines, traces and metrics."""
