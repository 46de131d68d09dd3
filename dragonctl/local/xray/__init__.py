"""Reading traces: what X-Ray makes of the segments that were sent to it."""
