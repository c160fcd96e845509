"""The steps composed. READ THIS FIRST.

An event is learned: it says something of items (signals), of the ranker (an example), and of the listener
(taste, ring). Then a slate is made: candidates are generated from the ring and the catalogue, scored, and
drawn into shelves. Nothing here knows Kafka, RocksDB or the clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.asked import Asked, ask, loosen
from models.candidates import generate_candidates
from models.catalogue import Catalogue
from models.chance import seed_of
from models.composition import STEADY, Knobs, name_slate, plan_shelves
from models.events import EVENT_CODES, Event, EventType, stable_key
from models.examples import draw_example
from models.explanation import Emission, Explanation, explain_slate
from models.features import POOL_FEATURES, Feature
from models.inputs import draw_asked, gather_asked, name_items
from models.item_space import from_steps
from models.observation import observe
from models.own_weights import OwnWeights, learn_own
from models.profile import update_profile
from models.ranker import Ranking, rank
from models.remembering import count_played, learn_outcome, remember_shown
from models.reward import taste_weight
from models.shelf_learning import Taught
from models.shelf_policy import ShelfPolicy
from models.shelves import SHELVES, ShelfKind
from models.signals import SignalRows
from models.skip_buckets import speak_of_skip
from models.skip_examples import SkipExample
from models.slate import Slate, Versions
from models.state import ListenerState
from models.trainer import ModelWeights
from models.training import PlayExample


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an event teaches: signals for items, an example if it is a play, and how shelves did."""

    signals: SignalRows
    example: PlayExample | None
    shelves: Taught


class Personalizer:
    """Learns from events and recommends, for any number of listeners, over one catalogue.

    `catalogue` and `weights` are shared and change between calls, never within one. The features that are
    `hidden` are 0 in both stages: to say what they bring.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        weights: ModelWeights,
        shelves: Sequence[ShelfKind] = SHELVES,
        knobs: Knobs = STEADY,
        hidden: Collection[Feature] = (),
    ) -> None:
        self.catalogue = catalogue
        self.weights = weights
        self._knobs = knobs
        self._hidden = tuple(hidden)
        self._plan = plan_shelves(shelves)
        self._policy = ShelfPolicy(shelves)

    def learn(self, listener: ListenerState, event: Event, *, partition: int, offset: int) -> Lesson:
        """Learn an event at its place in the log; predict first, then learn."""
        item = event.subject
        position = self.catalogue.position_of(item)
        example, own = None, listener.profile.own
        if event.type is EventType.PLAY:
            seed = seed_of(event.user, partition=partition, offset=offset)
            example, own = self._learn_play(listener, event, position, seed)
        artist = self.catalogue.artist_key(position)
        observed = observe(
            event,
            listener.history,
            listener.history.plays(self.catalogue.artist, version=self.catalogue.artists_version),
            self.catalogue.keys,
            position=position,
            artist=artist,
            listener=stable_key(listener.user),
            offset=offset,
        )
        expected, value = self._policy.expected, self.weights.shelves.value
        taught = learn_outcome(listener, event, position, partition=partition, expected=expected, value=value)
        weight = taste_weight(event, repeated=observed.repeated)
        vector = from_steps(self.catalogue.vectors[position])
        if event.is_play:
            count_played(listener, position, at=event.at, catalogue=self.catalogue)
        listener.profile = update_profile(listener.profile, event, vector=vector, weight=weight, own=own)
        if event.item or event.artist:
            listener.history.append(
                item,
                index=position,
                artist=int(self.catalogue.artist[position]),
                at_seconds=int(event.at),
                ms_played=event.ms_played,
                code=EVENT_CODES[event.type],
            )
        listener.offset = offset
        listener.prediction = None
        return Lesson(observed.signals, example, taught)

    def recommend(self, listener: ListenerState, *, partition: int) -> Slate:
        """Make the slate that includes everything up to `listener.offset`; asking changes no answer."""
        ranking = self.predict(listener)
        asked = self._ask(listener, ranking, partition)
        drawn, situation, positions, explaining = draw_asked(asked, self._plan)
        names, versions = name_items(drawn, positions, explaining, self.catalogue), self._versions()
        return name_slate(drawn, self._plan, names, situation=situation, versions=versions)

    def explain(
        self, listener: ListenerState, slate: Slate, *, partition: int, emitted_at: float
    ) -> Explanation:
        """Record all that a slate which was just recommended, and is not shown yet, follows from."""
        ranking = listener.prediction or self.predict(listener)
        inputs, _ = gather_asked(self._ask(listener, ranking, partition))
        emission = Emission(listener.user, partition, listener.offset, emitted_at)
        return explain_slate(emission, listener, slate, ranking, inputs, self._plan, self.catalogue)

    def show(self, listener: ListenerState, slate: Slate) -> None:
        """Remember the slate that was recommended last, now that the listener is given it."""
        remember_shown(listener, slate, catalogue=self.catalogue, skips=self.weights.skips)

    def predict(self, listener: ListenerState) -> Ranking:
        """Rank candidates by what is known now; kept until the next event, which is learned against them."""
        listener.prediction = self._rank(listener)
        return listener.prediction

    def _learn_play(
        self, listener: ListenerState, event: Event, position: int, seed: int
    ) -> tuple[PlayExample, OwnWeights]:
        """Learn whether it was a skip and, of a play, what was chosen and what was not."""
        ranking, own = listener.prediction, listener.profile.own
        if event.is_play:
            ranking = ranking or self.predict(listener)
        played = -1 if ranking is None else ranking.candidates.place_of(position)
        if ranking is None or played < 0:
            now = listener.profile.at
            buckets = speak_of_skip(listener.history, position, catalogue=self.catalogue, now_seconds=now)
            return PlayExample(SkipExample(buckets, event.is_skip), None), own
        candidates, hidden = ranking.candidates, ranking.hidden
        skip = SkipExample(candidates.buckets[:, played].copy(), event.is_skip)
        if event.is_skip:
            return PlayExample(skip, None), own
        choice = draw_example(candidates.features, hidden, played, own, seed=seed)
        own = learn_own(own, candidates.features, hidden, candidates.recalled, ranking.scores, played)
        return PlayExample(skip, choice), own

    def _ask(self, listener: ListenerState, ranking: Ranking, partition: int) -> Asked:
        return ask(
            listener,
            ranking,
            catalogue=self.catalogue,
            weights=self.weights,
            offer=self._policy.offer,
            knobs=loosen(self._knobs, listener.diet),
            partition=partition,
        )

    def _versions(self) -> Versions:
        weights = self.weights
        return Versions(
            weights.ranker.version, weights.skips.version, weights.shelves.version, self.catalogue.version
        )

    def _rank(self, listener: ListenerState) -> Ranking:
        own = listener.profile.own
        recall = self.weights.ranker.recall + own.recall
        for feature in self._hidden:
            if feature < POOL_FEATURES:
                recall[feature] = 0
        candidates = generate_candidates(
            listener.history,
            tastes=listener.profile.tastes,
            choices=listener.profile.choices,
            catalogue=self.catalogue,
            now_seconds=listener.profile.at,
            recall=recall,
        )
        for feature in self._hidden:
            candidates.features[feature] = 0
        return rank(candidates, self.weights.ranker, own)
