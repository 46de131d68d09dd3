"""The reading side: logs, traces and the service map of an application, as typed values."""
