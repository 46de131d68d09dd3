"""The door to AWS: clients, credentials, addresses, rate limits, the shape of answers."""
