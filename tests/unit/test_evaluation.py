"""Predict first, then learn; and the metrics are what their names say."""

import random

import pytest

from models.evaluation import (
    LastSuccessors,
    MostPlayed,
    RankingMetrics,
    place_of,
    progressive_validation,
)
from models.events import Event, EventType


def play(user, item, *, at=0.0, ms_played=200_000):
    return Event(id="1", type=EventType.PLAY, user=user, at=at, item=item, ms_played=ms_played)


class Spy:
    """Recommends the last item it learned, and writes down what it is asked and told."""

    def __init__(self):
        self.calls = []
        self.last = "nothing"

    def recommend(self, user, *, most):
        self.calls.append(("recommend", user))
        return [self.last]

    def learn_one(self, event):
        self.calls.append(("learn", event.user))
        self.last = event.item


def test_metrics_equal_their_definitions():
    draw = random.Random(1)
    places = [draw.choice([None, *range(1, 40)]) for _ in range(500)]
    metrics = RankingMetrics()
    for place in places:
        metrics.add(place)
    seen = [place for place in places if place and place <= 20]
    figures = metrics.figures()
    assert figures.targets == 500
    assert figures.hit_at_1 == seen.count(1) / 500
    assert figures.recall_at_10 == sum(place <= 10 for place in seen) / 500
    assert figures.recall_at_20 == len(seen) / 500
    assert figures.mrr_at_20 == pytest.approx(sum(1 / place for place in seen) / 500)


def test_nothing_counted_is_zero():
    assert RankingMetrics().figures().mrr_at_20 == 0.0
    assert place_of("a", []) is None


def test_each_play_is_predicted_before_it_is_learned_and_a_skip_is_only_learned():
    spy = Spy()
    figures = progressive_validation(spy, [play("a", "x"), play("b", "y", ms_played=5_000), play("a", "y")])
    steps = [("recommend", "a"), ("learn", "a"), ("learn", "b"), ("recommend", "a"), ("learn", "a")]
    assert spy.calls == steps
    assert (figures.targets, figures.hit_at_1) == (2, 0.5)


def test_most_played_is_everyones_order_of_plays():
    draw, baseline, counts = random.Random(2), MostPlayed(), {}
    for _ in range(3_000):
        item = f"t:{int(draw.triangular(0, 60, 0))}"
        baseline.learn_one(play("a", item))
        counts[item] = counts.get(item, 0) + 1
    baseline.learn_one(play("a", "t:59", ms_played=5_000))
    best = baseline.recommend("b", most=20)
    assert [counts[item] for item in best] == sorted(counts.values(), reverse=True)[:20]


def test_last_successors_are_the_listeners_own():
    baseline = LastSuccessors()
    for item in ("x", "y", "x", "z", "x", "z", "x"):
        baseline.learn_one(play("a", item))
    baseline.learn_one(play("b", "x"))
    assert list(baseline.recommend("a", most=5)) == ["z", "y"]
    assert list(baseline.recommend("b", most=5)) == []
