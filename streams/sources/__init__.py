"""Importers: the listening logs that people can get, one format a file -> events and catalog records."""

from streams.sources.log import Format, read_listening_log
from streams.sources.rows import BadRow, Imported, UnreadableSource

__all__ = ["BadRow", "Format", "Imported", "UnreadableSource", "read_listening_log"]
