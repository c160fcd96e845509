"""Environments to train on: importing this registers them with Gymnasium (the extra `gym`)."""

from __future__ import annotations

from gymnasium.envs.registration import register, registry

HOME = "segue/Home-v0"

if HOME not in registry:
    register(id=HOME, entry_point="streams.environments.home:HomeScreen")
