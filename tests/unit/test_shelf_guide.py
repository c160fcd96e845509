"""The guide "Add a shelf in one file" is true: its file is a shelf, and its test holds."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from models import shelves, standalone
from models.batch import Placed
from models.composition import draw_slate, plan_shelves
from models.features import Feature
from models.inputs import gather_inputs
from models.listeners import Population, simulate
from models.shelf_policy import ShelfPolicy
from models.shelves import themes

GUIDE = (Path(__file__).parents[2] / "docs" / "shelves.md").read_text()
WHOLE_FILES = re.findall(r"^```py\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
NAME = "deep_cuts"
WORLD = Population(seed=4, listeners=3, items=240, artists=12)


@pytest.fixture
def kinds(tmp_path, monkeypatch):
    """The shelves on offer where the guide's file stands among the others."""
    theme, _ = WHOLE_FILES
    (tmp_path / f"{NAME}.py").write_text(theme)
    monkeypatch.setattr(themes, "__path__", [*themes.__path__, str(tmp_path)])
    yield shelves.list_shelves()
    del sys.modules[f"{themes.__name__}.{NAME}"]
    delattr(themes, NAME)


def test_the_file_is_all_that_it_takes(kinds):
    [added] = set(kinds) - set(shelves.SHELVES)
    assert (added.id, len(kinds)) == ("deep-cuts", len(shelves.SHELVES) + 1)


def test_the_guides_test_holds(kinds, monkeypatch):
    monkeypatch.setitem(standalone.Standalone.__init__.__kwdefaults__, "shelves", kinds)
    _, source = WHOLE_FILES
    names: dict[str, object] = {}
    exec(compile(source, "docs/shelves.md", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 1
    tests[0]()


def test_the_shelf_stands_on_slates_with_exact_propensities(kinds):
    core = standalone.Standalone(ring_events=512, shelves=kinds)
    core.learn_catalog(WORLD.catalogue.records())
    plan, policy, checked = plan_shelves(kinds), ShelfPolicy(kinds), []
    number = [kind.id for kind in kinds].index("deep-cuts")

    def check(placed, listener, slate):
        if "deep-cuts" not in [shelf.id for shelf in slate.shelves]:
            return
        candidates = listener.prediction.candidates
        place = {core.catalogue.ids[position]: n for n, position in enumerate(candidates.positions.tolist())}
        [shelf] = [shelf for shelf in slate.shelves if shelf.id == "deep-cuts"]
        features = candidates.features[:, [place[item] for item in shelf.ids]]
        assert shelf.title == "Deep cuts by your artists"
        assert (features[Feature.ARTIST_LASTING] > 0).all()
        assert (features[Feature.UNHEARD] == 1).all()
        median = np.sort(candidates.features[Feature.POPULARITY])[len(place) // 2]
        assert (features[Feature.POPULARITY] <= median).all()
        assert_exact(listener, shelf)
        checked.append(placed.offset)

    def assert_exact(listener, shelf):
        """The same inputs give the same odds again, of the shelf and of each of its items."""
        inputs, _ = gather_inputs(
            listener,
            listener.prediction,
            catalogue=core.catalogue,
            weights=core.personalizer.weights,
            policy=policy,
            knobs=core.personalizer._knobs,
            partition=0,
        )
        again = draw_slate(inputs, plan).page
        row = again.rows.tolist().index(number)
        start = int(again.counts[:row].sum())
        assert again.odds[0, row] == shelf.propensity
        assert again.propensities[start : start + len(shelf.ids)].tolist() == list(shelf.propensities)
        if len(checked) == 3:
            assert_unbiased(inputs)

    def assert_unbiased(inputs):
        """Over many draws, what came counts as often as its odds say: the mean of 1 / odds is 1."""
        draws = [draw_slate(inputs._replace(seed=np.uint64(seed)), plan).page for seed in range(3_000)]
        odds = np.array([page.odds[0, 1] if page.rows[1] == number else np.inf for page in draws])
        weights = 1 / odds
        assert abs(weights.mean() - 1) < 4 * weights.std() / np.sqrt(len(weights))

    for offset, event in enumerate(simulate(WORLD, events=200, start_at=1.7e9)):
        core.process([Placed(offset=offset, event=event)], partition=0, emit=check)
    assert len(checked) > 3
