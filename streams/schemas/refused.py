"""The one error of the wire: these bytes are not what they should be, and this field is why."""

from __future__ import annotations


class Refused(ValueError):
    """A record that breaks the format; it belongs in the dead letters, and its neighbours are unharmed.

    `reason` is a sentence for a person and names the field; `field` is the dotted path (`context.device`),
    or `key` or `value` where the record as a whole is at fault. Both are short whatever the record holds.

    >>> str(Refused("ms_played is -5, less than 0", "ms_played"))
    'ms_played is -5, less than 0'
    """

    def __init__(self, reason: str, field: str) -> None:
        super().__init__(reason, field)
        self.reason = reason
        self.field = field

    def __str__(self) -> str:
        return self.reason
