"""What all commands share: options, the session with AWS, the flow of a change, documents."""
