"""A home screen in use: simulated people, a recommender that learns from them, and what came of it."""

from models.home.environment import HomeEnvironment
from models.home.recommenders import GreedyCore, LiveCore, Recommender

__all__ = ["GreedyCore", "HomeEnvironment", "LiveCore", "Recommender"]
