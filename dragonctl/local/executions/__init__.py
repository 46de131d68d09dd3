"""Executions of state machines: moto's engine runs them; started, recorded and traced here."""
