"""Candidate sources: each proposes items and says how strongly; none knows another."""
