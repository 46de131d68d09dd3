"""``status``: how an application stands, what is wrong, and the command that mends it."""
