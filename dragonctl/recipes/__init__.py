"""What each command wants: pure functions from an application and options to steps."""
