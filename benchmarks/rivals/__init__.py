"""Batch recommenders, each a file: all sets at once -> scores of every item for any listener."""
