"""What an application logs: its groups as one stream of events, and what each line is."""
