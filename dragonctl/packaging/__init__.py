"""A folder of Python and its requirements -> the zip that Lambda wants, the same on any machine."""
