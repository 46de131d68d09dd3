"""One file per kind of AWS thing: how to read it, and the calls from one state to another."""
