"""The code of a function whose code is not here."""
