"""Experiments on listeners: who is in which variant, what differs, and since when that is sure."""
