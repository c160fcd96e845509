"""Sequences without times: what comes next, told by others who have the same, and by their order."""

from models.sequences.model import SequenceModel

__all__ = ["SequenceModel"]
