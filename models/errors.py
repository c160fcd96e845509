"""The few errors of the core, named by who is at fault."""


class CorruptState(ValueError):
    """Stored bytes are not what was written: a wrong version, length, type or a number that is not finite."""
