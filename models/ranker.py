"""PROVISIONAL, to be replaced by the ranker's engineer."""
from __future__ import annotations
import struct
from dataclasses import dataclass
import numpy as np
from models.features import FEATURES
from models.candidates import RETRIEVAL

@dataclass(frozen=True)
class Example:
    features: np.ndarray

@dataclass(frozen=True)
class RankerWeights:
    version: int
    weights: np.ndarray

def encode_example(e): return e.features.astype("<f2").tobytes()
def decode_example(b): return Example(np.frombuffer(b, "<f2").reshape(-1, FEATURES).astype(np.float32))
def draw_example(candidates, played_position, *, negatives=30, seed=0):
    rows = np.flatnonzero(candidates.positions == played_position)
    if not len(rows): return None
    g = np.random.default_rng(seed)
    others = np.setdiff1d(np.arange(len(candidates.positions)), rows)
    if not len(others): return None
    pick = g.choice(others, min(negatives, len(others)), replace=False)
    return Example(candidates.features[np.concatenate((rows[:1], pick))])
def score(features, weights): return features.astype(np.float64) @ weights.weights
class Ranker:
    def __init__(self): self.w = RETRIEVAL.astype(np.float64).copy(); self.n = 0
    def learn_one(self, e):
        s = e.features @ self.w; p = np.exp(s - s.max()); p /= p.sum()
        self.w += .005 * (e.features[0] - p @ e.features); self.n += 1
    def weights(self): return RankerWeights(self.n, self.w.copy())
def encode_ranker(r): return struct.pack("<q", r.n) + r.w.tobytes()
def decode_ranker(b):
    r = Ranker(); r.n = struct.unpack_from("<q", b)[0]; r.w = np.frombuffer(b, "<f8", -1, 8).copy(); return r
def encode_weights(w): return struct.pack("<q", w.version) + w.weights.tobytes()
def decode_weights(b): return RankerWeights(struct.unpack_from("<q", b)[0], np.frombuffer(b, "<f8", -1, 8).copy())
