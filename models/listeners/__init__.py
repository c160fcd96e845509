"""Simulated listeners: a seeded population for the demo, for load, and for tests without real data."""

from models.listeners.actions import Action
from models.listeners.catalogue import Catalogue
from models.listeners.listener import Listener
from models.listeners.simulation import Population, simulate

__all__ = ["Action", "Catalogue", "Listener", "Population", "simulate"]
