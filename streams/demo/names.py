"""What items are called: ids on the wire, titles and artists for people."""

from __future__ import annotations

from models.events import CatalogRecord


class Names:
    """Titles and artists by item; an item that no record has named goes by its id.

    >>> names = Names()
    >>> names.add(CatalogRecord(item="t:1", title="Dreams", artist="Shindy"))
    >>> names.title("t:1"), names.artist("t:1"), names.title("t:2"), names.artist("t:2")
    ('Dreams', 'Shindy', 't:2', '')
    """

    def __init__(self) -> None:
        self._records: dict[str, CatalogRecord] = {}

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: CatalogRecord) -> None:
        """Name an item; the last record of an item counts."""
        self._records[record.item] = record

    def title(self, item: str) -> str:
        """Give an item's title, or its id."""
        record = self._records.get(item)
        return record.title if record else item

    def artist(self, item: str) -> str:
        """Give an item's artist, or nothing."""
        record = self._records.get(item)
        return record.artist if record else ""

    def duration_ms(self, item: str) -> int:
        """Give an item's length, 0 where it is unknown."""
        record = self._records.get(item)
        return record.duration_ms if record else 0
