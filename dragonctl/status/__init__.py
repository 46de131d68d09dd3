"""``status``: how an application stands, what is wrong, and the command that fixes it."""
