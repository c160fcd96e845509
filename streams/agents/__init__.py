"""The agents: they decode, read, call the core, and say what to write and send."""
