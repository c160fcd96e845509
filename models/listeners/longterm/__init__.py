"""Listeners over months: latent taste, satiation, boredom, and discoveries that pay late."""

from models.listeners.longterm.listener import LongTermListener, Row, Screen
from models.listeners.longterm.taste_space import TasteSpace

__all__ = ["LongTermListener", "Row", "Screen", "TasteSpace"]
