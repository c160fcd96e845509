"""What a slate followed from: kept as bytes, and made into the same slate again."""

from __future__ import annotations

import zlib
from dataclasses import fields, replace

import numpy as np
import pytest

from models.batch import Placed
from models.composition import Knobs
from models.errors import CorruptState
from models.events import Event, EventType, Onboarding
from models.explained import account, rebuild, stand
from models.explanation import LAST_EVENTS, Explanation, is_explained
from models.explanation_bytes import decode_emission, decode_explanation, encode_explanation
from models.features import ITEM_FEATURES
from models.listeners import Population, simulate
from models.playlists import Playlist, PlaylistKind
from models.shelves import SHELVES
from models.slate import Slate
from models.standalone import Standalone
from streams.recommendations import encode_recommendation

WORLD = Population(seed=3, listeners=6, items=500, artists=70)
EVENTS = list(simulate(WORLD, events=900, start_at=1.7e9))
RECORDS = [
    replace(record, tags=(("country:de", 1.0),)) if place % 3 else record
    for place, record in enumerate(WORLD.catalogue.records())
]
USER, ITEM, ARTIST = EVENTS[0].user, EVENTS[0].item, RECORDS[5].artist
PLAYLIST = Playlist("p", "Sunday {morning}", PlaylistKind.EDITORIAL, 1.6e9, tuple(r.item for r in RECORDS))
SAID = [
    Event(id="f", type=EventType.FOLLOW, user=USER, at=1.8e9, artist=ARTIST),
    Event(id="b", type=EventType.BAN, user=USER, at=1.8e9, item=ITEM),
    Event(
        *("o", EventType.ONBOARDING, "a stranger", 1.8e9),
        onboarding=Onboarding((ARTIST, RECORDS[9].artist), "de"),
    ),
    *(
        Event(f"s{n}", EventType.SEARCH, who, 1.8e9, query="blue")
        for n in range(30)
        for who in (USER, "a stranger")
    ),
]
"""What gives listeners bans, artists that they follow or chose, and a country."""
PARTITION = 3


class Emitted:
    """A slate as it was emitted, and what it followed from, as it was kept."""

    def __init__(self, event: Event, slate: Slate, record: bytes, kept: bytes) -> None:
        self.event, self.slate, self.record, self.kept = event, slate, record, kept


def write(slate: Slate, tastes_of: object, placed: Placed, user: str) -> bytes:
    stamp = {"partition": PARTITION, "offset": placed.offset, "at": placed.event.at, "emitted_at": 5.25}
    return encode_recommendation(slate, user=user, profile=tastes_of, **stamp)


@pytest.fixture(scope="module")
def emitted() -> list[Emitted]:
    core = Standalone(ring_events=256, knobs=Knobs(discovery=0.5, exploration=1.2, calibration=0.3))
    core.learn_catalog(RECORDS)
    core.catalogue.apply_playlists([PLAYLIST])
    found: list[Emitted] = []

    def emit(placed, listener, slate):
        kept = core.personalizer.explain(listener, slate, partition=PARTITION, emitted_at=5.25)
        record = write(slate, listener.profile, placed, listener.user)
        found.append(Emitted(placed.event, slate, record, encode_explanation(kept)))

    for offset, event in enumerate([*EVENTS, *SAID]):
        core.process([Placed(offset=offset, event=event)], partition=PARTITION, emit=emit)
    return found


def test_every_slate_is_made_again_byte_for_byte(emitted: list[Emitted]) -> None:
    for one in emitted:
        explanation = decode_explanation(one.kept)
        made, listener = rebuild(explanation), explanation.emission
        assert (listener.user, listener.partition, listener.emitted_at) == (one.event.user, PARTITION, 5.25)
        placed = Placed(offset=listener.offset, event=one.event)
        assert write(made, explanation, placed, listener.user) == one.record
        decision, expected = made.decision, one.slate.decision
        for name in ("situation", "arms", "numbers", "items"):
            assert getattr(decision, name).tobytes() == getattr(expected, name).tobytes()


def test_small_and_large_seeds_draw_what_was_emitted() -> None:
    core = Standalone(ring_events=256)
    core.learn_catalog(RECORDS)
    core.process([Placed(n, event) for n, event in enumerate(EVENTS[:90])], partition=PARTITION, emit=None)
    listener, seeds = core.listener(USER), set()
    for offset in range(100, 116):
        listener.offset = offset
        slate = core.personalizer.recommend(listener, partition=PARTITION)
        kept = core.personalizer.explain(listener, slate, partition=PARTITION, emitted_at=5.25)
        assert type(kept.seed) is np.uint64
        assert rebuild(kept) == slate
        seeds.add(int(kept.seed) >> 63)
    assert seeds == {0, 1}


def test_they_follow_from_everything_that_a_slate_can_follow_from(emitted: list[Emitted]) -> None:
    shown = {shelf.id for one in emitted for shelf in one.slate.shelves}
    assert shown >= {"from-the-editors", "new-from-followed", "trending-near-you", "best-of-artist"}
    kept = [decode_explanation(one.kept) for one in emitted[-10:]]
    assert any(one.odds.any() for one in kept)
    for name in ("banned", "chosen", "followed", "locales"):
        assert any(len(getattr(one.about, name)) for one in kept), name
    assert any((one.pool.editorial >= 0).any() and (one.pool.locale >= 0).any() for one in kept)


def test_what_is_read_is_what_was_written(emitted: list[Emitted]) -> None:
    for one in emitted[::50]:
        explanation = decode_explanation(one.kept)
        assert encode_explanation(explanation) == one.kept
        assert decode_emission(one.kept) == explanation.emission[1:]
        assert tuple(kind.id for kind in explanation.kinds) == tuple(kind.id for kind in SHELVES)
        assert explanation.kinds == SHELVES


def test_it_is_small(emitted: list[Emitted]) -> None:
    assert max(len(one.kept) for one in emitted) < 40_000


def test_the_events_that_moved_it_are_told_newest_first(emitted: list[Emitted]) -> None:
    told = decode_explanation(emitted[700].kept)
    now = emitted[700].event
    before = [one.event for one in emitted[:701] if one.event.user == now.user and one.event.item]
    assert len(told.happened) == LAST_EVENTS
    newest = told.happened[0]
    assert (newest.item, newest.type, newest.ms_played) == (now.item, now.type, now.ms_played)
    assert [one.item for one in told.happened] == [event.item for event in before[:-11:-1]]
    ages = [one.age_seconds for one in told.happened]
    assert ages == sorted(ages)


def test_scores_are_what_they_are_said_to_be_made_of(emitted: list[Emitted]) -> None:
    explanation = decode_explanation(emitted[800].kept)
    made = account(explanation)
    assert made.slate.shelves == rebuild(explanation).shelves
    np.testing.assert_array_equal(
        made.scores, (made.ranked + made.discovery - made.penalty) + made.calibration
    )
    assert made.discovery.max() == 0.5
    # The ranker's score is linear around an item: to move a feature moves it by what the feature adds.
    item, feature = int(made.order[0]), int(np.abs(made.added[:, made.order[0]]).argmax())
    usual = explanation.features[feature].mean()
    step = np.float32(0.01) * (usual - explanation.features[feature, item])
    moved = explanation.features.copy()
    moved[feature, item] += step
    nudged = account(replace(explanation, features=moved)).ranked[item] - made.ranked[item]
    assert nudged == pytest.approx(-0.01 * made.added[feature, item], rel=0.02, abs=2e-5)
    assert made.added.shape == (ITEM_FEATURES, len(made.scores))


def test_where_a_candidate_stood_agrees_with_what_was_drawn(emitted: list[Emitted]) -> None:
    explanation = decode_explanation(emitted[-5].kept)
    made = account(explanation)
    page, start = made.drawn.page, 0
    for nth, count in enumerate(page.counts.tolist()):
        for item in page.items[start : start + count].tolist():
            standings = stand(explanation, made, item)
            here = standings[nth]
            assert here.shelf == made.slate.shelves[nth].id
            assert 1 <= here.place <= here.left
            assert all(later.place == 0 for later in standings[nth + 1 :])
        first = stand(explanation, made, int(page.items[start]))[nth]
        assert first.chance == pytest.approx(page.propensities[start], rel=1e-9)
        start += count


def test_what_was_changed_is_refused(emitted: list[Emitted]) -> None:
    kept = emitted[300].kept
    for bad in (b"", kept[:10], kept[:-1], kept + b"\0"):
        with pytest.raises(CorruptState):
            decode_explanation(bad)
    for other in (b"\x07" + kept[1:-4], kept[:3] + b"?" + kept[4:-4]):
        with pytest.raises(CorruptState, match="explanation of version"):
            decode_explanation(other + zlib.crc32(other).to_bytes(4, "little"))
    draws = np.random.default_rng(1)
    for place in draws.integers(0, len(kept), 300).tolist():
        with pytest.raises(CorruptState):
            decode_explanation(kept[:place] + bytes([kept[place] ^ 0x10]) + kept[place + 1 :])


@pytest.mark.parametrize("change", ["nan", "items", "numbers", "anchor", "policies", "groups"])
def test_what_makes_no_sense_is_refused(emitted: list[Emitted], change: str) -> None:
    sound = decode_explanation(emitted[300].kept)
    bad: dict[str, dict[str, object]] = {
        "nan": {"odds": sound.odds + np.float32(np.nan)},
        "items": {"names": replace(sound.names, items=sound.names.items[1:])},
        "numbers": {"numbers": sound.numbers[:-1]},
        "anchor": {"names": replace(sound.names, anchors=())},
        "policies": {"policies": ()},
        "groups": {"pool": sound.pool._replace(groups=sound.pool.groups + 99)},
    }
    with pytest.raises(CorruptState):
        decode_explanation(encode_explanation(replace(sound, **bad[change])))


def test_a_later_change_of_a_shelf_changes_no_old_explanation(emitted: list[Emitted]) -> None:
    kept = decode_explanation(emitted[600].kept)
    other = tuple(replace(kind, title="Another", temperature=2.0) for kind in kept.kinds)
    assert rebuild(replace(kept, kinds=other)).shelves != emitted[600].slate.shelves
    assert rebuild(kept).shelves == emitted[600].slate.shelves


def test_which_slates_are_explained_depends_on_their_ids_alone() -> None:
    chosen = [offset for offset in range(20_000) if is_explained(1, offset, share=0.05)]
    assert len(chosen) == pytest.approx(1_000, abs=100)
    assert chosen == [offset for offset in range(20_000) if is_explained(1, offset, share=0.05)]
    more = {offset for offset in range(20_000) if is_explained(1, offset, share=0.1)}
    assert set(chosen) <= more
    assert not any(is_explained(1, offset, share=-1.0) for offset in range(9))
    assert all(is_explained(1, offset, share=2.0) for offset in range(9))


def test_nothing_of_an_explanation_is_left_out(emitted: list[Emitted]) -> None:
    """Every field is compared, so that one that is added is not forgotten in the bytes."""
    kept = decode_explanation(emitted[400].kept)
    again = decode_explanation(encode_explanation(kept))
    for field in fields(Explanation):
        assert repr(getattr(again, field.name)) == repr(getattr(kept, field.name)), field.name
