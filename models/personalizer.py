"""The steps composed. READ THIS FIRST.

An event is learned: it says something of items (signals), of the ranker (an example), and of the listener
(taste, ring). Then a slate is made: candidates are generated from the ring and the catalogue, scored, and
drawn into shelves. Nothing here knows Kafka, RocksDB or the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.candidates import generate_candidates
from models.catalogue import Catalogue
from models.chance import seed_of
from models.composition import compose_slate, plan_shelves
from models.events import EVENT_CODES, Event
from models.examples import Example, draw_example
from models.observation import observe, played_this_session
from models.own_weights import OwnWeights, learn_own
from models.profile import update_profile
from models.ranker import RankerWeights, Ranking, rank
from models.reward import taste_weight
from models.shelves import SHELVES, ShelfKind
from models.signals import SignalRows
from models.slate import Slate
from models.state import ListenerState


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an event teaches others: signals for items, and an example for the ranker where there is one."""

    signals: SignalRows
    example: Example | None


class Personalizer:
    """Learns from events and recommends, for any number of listeners, over one catalogue.

    `catalogue` and `weights` are shared and change between calls, never within one.
    """

    def __init__(
        self, *, catalogue: Catalogue, weights: RankerWeights, shelves: Sequence[ShelfKind] = SHELVES
    ) -> None:
        self.catalogue = catalogue
        self.weights = weights
        self._plan = plan_shelves(shelves)

    def learn(self, listener: ListenerState, event: Event, *, partition: int, offset: int) -> Lesson:
        """Learn an event at its place in the log; predict first, then learn."""
        item = event.subject
        position = self.catalogue.position_of(item)
        example, own = None, listener.profile.own
        if event.is_play:
            seed = seed_of(event.user, partition=partition, offset=offset)
            example, own = self._learn_choice(listener, position, seed)
        artist = self.catalogue.artist_key(position)
        signals = observe(event, listener.history, item=item, artist=artist, offset=offset)
        weight = taste_weight(event, repeated=played_this_session(listener.history, item))
        vector = self.catalogue.vectors[position]
        listener.profile = update_profile(listener.profile, event, vector=vector, weight=weight, own=own)
        if event.item or event.artist:
            listener.history.append(
                item,
                index=position,
                at_seconds=int(event.at),
                ms_played=event.ms_played,
                code=EVENT_CODES[event.type],
            )
        listener.offset = offset
        listener.prediction = None
        return Lesson(signals, example)

    def recommend(self, listener: ListenerState, *, partition: int) -> Slate:
        """Make the slate that includes everything up to `listener.offset`; asking changes no answer."""
        ranking = self._rank(listener)
        listener.prediction = ranking
        return compose_slate(
            ranking,
            self.catalogue,
            self._plan,
            last_played=listener.history.last_played(),
            banned=listener.profile.banned,
            seed=seed_of(listener.user, partition=partition, offset=listener.offset),
            ranker_version=self.weights.version,
        )

    def _learn_choice(
        self, listener: ListenerState, position: int, seed: int
    ) -> tuple[Example | None, OwnWeights]:
        """Learn from what was played and what was not, where the play was among the candidates."""
        ranking = listener.prediction or self._rank(listener)
        candidates, own = ranking.candidates, listener.profile.own
        played = candidates.place_of(position)
        if played < 0:
            return None, own
        features, hidden = candidates.features, ranking.hidden
        learned = learn_own(own, features, hidden, candidates.recalled, ranking.scores, played)
        return draw_example(features, hidden, played, own, seed=seed), learned

    def _rank(self, listener: ListenerState) -> Ranking:
        own = listener.profile.own
        candidates = generate_candidates(
            listener.history,
            tastes=listener.profile.tastes,
            catalogue=self.catalogue,
            now_seconds=listener.profile.at,
            recall=self.weights.recall + own.recall,
        )
        return rank(candidates, self.weights, own)
