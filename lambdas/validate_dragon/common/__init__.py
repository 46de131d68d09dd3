"""What the three functions share: the dragons, the tracer, the log.

Lambda gets one folder per function, so each folder carries its own copy of this package; a test
holds the copies equal. Change one, copy it to the others.
"""
