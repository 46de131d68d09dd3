"""The least-privilege policy of a command: from its calls and reads to an IAM document."""
