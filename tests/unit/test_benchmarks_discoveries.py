"""Batch recommenders beside Segue: on sets with a structure each finds more than popularity does."""

from __future__ import annotations

import random
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import orjson
import pytest
import typer
from scipy import sparse
from typer.testing import CliRunner

from benchmarks.discoveries import NEED_IMPLICIT, RIVALS, main
from benchmarks.rivals import ease, factors, slim
from benchmarks.rivals.batch import Batch
from models.events import PLAY_MS, Event, EventType
from models.held_out import DiscoveryFigures, HeldOut, hold_out, judge_discoveries
from models.leave_last_out import MostPlayedNew

INSTALLED = {
    name: fit for name, fit in RIVALS.items() if find_spec("implicit") is not None or fit not in NEED_IMPLICIT
}
cli = typer.Typer()
cli.command()(main)


def play(user: str, item: str) -> Event:
    return Event(id="", type=EventType.PLAY, user=user, at=1e9, item=item, ms_played=PLAY_MS)


def sets() -> dict[str, list[str]]:
    """A hundred listeners of five tastes, of thirty items each; a listener knows half of a taste."""
    draw = random.Random(1)
    return {
        f"u{listener}": [f"{'abcde'[listener % 5]}{number}" for number in draw.sample(range(30), 15)]
        for listener in range(100)
    }


@pytest.fixture(scope="module")
def split() -> HeldOut:
    return hold_out([play(user, item) for user, items in sets().items() for item in items], share=0.2, seed=0)


def judged(model: MostPlayedNew | Batch, split: HeldOut) -> DiscoveryFigures:
    model.learn_many(split.learned)
    return judge_discoveries(model, split, listeners=100, seed=0)


@pytest.mark.parametrize("name", INSTALLED)
def test_each_batch_recommender_finds_far_more_than_popularity(
    name: str, split: HeldOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    for settings in (factors.ALS, factors.BPR):
        monkeypatch.setitem(settings, "factors", 8)
    popular = judged(MostPlayedNew(), split)
    figures = judged(Batch(INSTALLED[name]), split)
    assert figures.recall_at_20 > 2.5 * popular.recall_at_20
    assert figures == judged(Batch(INSTALLED[name]), split)


def test_what_a_listener_has_and_what_nothing_speaks_for_is_not_recommended() -> None:
    events = [play("ann", "x"), play("bob", "x"), play("bob", "y"), play("bob", "y"), play("cleo", "z")]
    for name in ("ItemKNN, cosine", "ItemKNN, damped", "sparse SLIM"):
        model = Batch(RIVALS[name])
        model.learn_many(events)
        assert model.recommend_new("ann", most=20) == ["y"], name
        assert model.recommend_new("cleo", most=20) == [], name
        assert model.recommend_new("stranger", most=2) == ["x", "y"], name


def test_cosine_is_what_it_is_by_hand() -> None:
    known = sparse.csr_matrix(np.array([[1, 1, 0], [1, 1, 1], [1, 0, 0], [0, 0, 1]], np.float32))
    scores = RIVALS["ItemKNN, cosine"](known)(2)
    # What speaks for items 1 and 2 is item 0: it is in three sets, in two and one of them with these.
    np.testing.assert_allclose(scores[1:], [2 / (3 * 2) ** 0.5, 1 / (3 * 2) ** 0.5], rtol=1e-6)


def test_slim_with_all_items_as_neighbours_is_ease(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (slim, ease):
        monkeypatch.setattr(module, "RIDGE", 5.0)
    known = sparse.csr_matrix((np.random.default_rng(3).random((40, 12)) < 0.4).astype(np.float32))
    sparse_scores, dense_scores = slim.sparse_slim(known), ease.ease(known)
    for row in range(40):
        new = known[[row]].toarray()[0] == 0
        np.testing.assert_allclose(sparse_scores(row)[new], dense_scores(row)[new], rtol=1e-3, atol=1e-5)


def run(*arguments: object) -> tuple[str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code == 0, result.stderr
    return result.stdout, result.stderr


def test_the_table_holds_all_of_them_on_the_same_split(tmp_path: Path) -> None:
    path = tmp_path / "sets.txt"
    path.write_text("\n".join(" ".join([user, *items]) for user, items in sets().items()))
    document = orjson.loads(run(path, "--listeners", 30, "--json")[0])
    models = document["models"]
    assert list(models) == ["most played", *INSTALLED, "Segue, one pass"]
    assert {figures["listeners"] for figures in models.values()} == {30}
    assert all(figures["seconds_of_training"] >= 0 for figures in models.values())
    assert document["machine"]["cores"] >= 1


def test_a_published_split_is_shown_as_a_table(tmp_path: Path) -> None:
    kept, held = tmp_path / "train.txt", tmp_path / "test.txt"
    for path, part in ((kept, slice(12)), (held, slice(12, None))):
        path.write_text("\n".join(f"{user},{item}" for user, items in sets().items() for item in items[part]))
    table, said = run(kept, "--test", held, "--format", "pairs")
    assert "ItemKNN, damped" in table
    assert "Segue, one pass" in table
    assert "100 listeners" in table
    assert "1,200 plays" in said
