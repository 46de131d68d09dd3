"""The door to AWS: addresses, credentials, answers, limits, and failures on the way."""
