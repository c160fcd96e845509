"""Each candidate source finds what a plain reading of the history finds."""

from collections import defaultdict

import numpy as np
import pytest

from models.item_arrays import SHARE_STEPS, to_share_steps
from models.play_counts import HALF_LIVES_HOURS
from models.play_index import index_plays
from models.sources.artists import recall_artists
from models.sources.everyone import recall_followers
from models.sources.habits import recall_habits
from models.sources.popular import recall_popularity
from models.sources.scan import CONTEXT_PLAYS, scan_plays
from models.sources.sessions import recall_sessions
from models.sources.successors import match_length, recall_successors

NOW = 1_000_000.0
SEEDS = range(6)


class Log:
    """A random history: item (also its catalogue position), end, session, good; artist = item // 3."""

    def __init__(self, seed, *, plays=160):
        rng = np.random.default_rng(seed)
        # With few items long stretches repeat, with many they do not.
        items = 4 if seed % 2 else 14
        self.item = rng.integers(0, items, plays).astype(np.int32)
        self.good = rng.random(plays) < 0.7
        self.session = np.cumsum(rng.random(plays) < 0.12).astype(np.int32)
        self.at = (NOW - 4_000 * (plays - 1 - np.arange(plays))).astype(np.uint32)
        self.artist = (np.arange(items) // 3).astype(np.int32)
        self.artist[-2:] = -1
        self.plays = scan_plays(self.indexed(plays))
        self.context = [
            len(self.item) - back
            for back in range(1, CONTEXT_PLAYS + 1)
            if self.session[-back] == self.session[-1]
        ]

    def indexed(self, plays):
        """The first plays, some of which are sealed."""
        heard = np.where(self.good, 40_000, 4_000).astype(np.uint32) << 5
        columns = [column[:plays] for column in (self.item, self.at, self.session, heard, self.good)]
        return index_plays(*columns, np.ones(plays, np.bool_), plays // 2, self.artist)

    def by_item(self, numbered):
        """What a source found, by item instead of by number."""
        known = self.plays.items.value[: self.plays.in_ring]
        return {int(item): float(value) for item, value in zip(known, numbered, strict=True)}

    def occurrences(self, play, same, most):
        """Earlier plays of the same thing, newest first."""
        return [q for q in range(play - 1, -1, -1) if same[q] == same[play] and same[q] >= 0][:most]


@pytest.fixture(params=SEEDS)
def log(request):
    return Log(request.param)


def close(found, expected):
    assert found == pytest.approx({key: expected.get(key, 0.0) for key in found}, rel=1e-4, abs=1e-6)


def test_items_are_numbered_in_order_and_repeats_are_chained(log):
    in_order = list(dict.fromkeys(log.item.tolist()))
    assert log.plays.items.value[: log.plays.in_ring].tolist() == in_order
    assert [in_order[number] for number in log.plays.item] == log.item.tolist()
    artists = log.artist[log.item]
    for play in range(len(log.item)):
        assert [log.plays.earlier[play]] == (log.occurrences(play, log.item, 1) or [-1])
        assert [log.plays.earlier_by_artist[play]] == (log.occurrences(play, artists, 1) or [-1])
    assert log.plays.context == len(log.context)


def test_habits_count_and_age_what_the_ring_holds(log):
    habits = recall_habits(log.plays, NOW)
    for item, number in zip(log.plays.items.value, range(log.plays.in_ring), strict=False):
        mine = np.flatnonzero(log.item == item)
        ages = NOW - log.at[mine]
        good = log.good[mine]
        for found, half_life in zip(
            (habits.lately, habits.month, habits.years), HALF_LIVES_HOURS, strict=True
        ):
            assert found[number] == pytest.approx((0.5 ** (ages[good] / 3600 / half_life)).sum(), rel=1e-4)
        assert (habits.plays[number], habits.skips[number]) == (good.sum(), (~good).sum())
        assert habits.sessions[number] == len(set(log.session[mine]))
        assert habits.in_session[number] == (log.session[mine] == log.session[-1]).sum()
        assert (habits.newest_age[number], habits.oldest_age[number]) == (ages[-1], ages[0])
        assert habits.plays_since[number] == len(log.item) - mine[-1]
        assert habits.last_skipped[number] == (not good[-1])


def test_successors_are_a_back_off_over_matching_contexts(log):
    found = recall_successors(log.plays, log.plays.in_ring)
    now, longest = len(log.item) - 1, defaultdict(float)
    orders, totals, seen = [defaultdict(float) for _ in range(3)], [0.0] * 3, [0] * 3
    for q in log.occurrences(now, log.item, 20):
        length = 1
        while length < 12 and length <= q and log.item[q - length] == log.item[now - length]:
            length += 1
        good, same = bool(log.good[q + 1]), log.session[q + 1] == log.session[q]
        weight = (1.0 if good else 0.2) if same else (0.3 if good else 0.0)
        for order in range(min(length, 3) if same else 1):
            share = weight * (0.97, 0.8, 0.8)[order] ** seen[order]
            seen[order] += 1
            orders[order][int(log.item[q + 1])] += share
            totals[order] += share
        strength = (length + 0.9 * np.exp((q - now) / 20_000)) * (1.0 if good else 0.5)
        longest[int(log.item[q + 1])] = max(longest[int(log.item[q + 1])], strength)
        if not good and q + 2 <= now:
            longest[int(log.item[q + 2])] = max(longest[int(log.item[q + 2])], 0.9 * strength)
    for order, doubt in enumerate((2.0, 1.0, 0.5)):
        total = totals[order] or 1.0
        close(log.by_item(found.orders[order]), {i: v / total for i, v in orders[order].items()})
        assert found.trust[order] == pytest.approx(totals[order] / (totals[order] + doubt), rel=1e-5)
    close(log.by_item(found.longest), longest)


def rules_of(log, of, *, occurrences, window, fade):
    """For each play of the context: its distance from the end, and the weight of each play after its like."""
    for back, source in enumerate(log.context, start=1):
        weights = defaultdict(float)
        for nth, q in enumerate(log.occurrences(source, of, occurrences(back))):
            for after in range(q + 1, min(q + window + 1, len(log.item))):
                if log.session[after] != log.session[q]:
                    break
                weight = (1.0 if log.good[q] else 0.5) * (1.0 if log.good[after] else 0.2)
                weights[q, after] += fade**nth * weight / (after - q)
        yield back, source, weights


def test_rules_name_what_came_within_ten_plays_after_the_context(log):
    found = recall_successors(log.plays, log.plays.in_ring)
    rules, loudest = defaultdict(float), defaultdict(lambda: (0.0, -1))
    for back, source, weights in rules_of(
        log, log.item, occurrences=lambda back: 10 if back > 1 else 20, window=10, fade=0.94
    ):
        others = {pair: weight for pair, weight in weights.items() if log.item[pair[1]] != log.item[source]}
        for (_, after), weight in others.items():
            said = (1.0 if log.good[source] else 0.5) / back * weight / sum(others.values())
            rules[int(log.item[after])] += said
            best = loudest[int(log.item[after])]
            loudest[int(log.item[after])] = max(best, (said, int(log.item[source])), key=lambda b: b[0])
    close(log.by_item(found.rules), rules)
    values = log.plays.items.value
    for item, number in zip(values[: log.plays.in_ring].tolist(), found.because, strict=True):
        assert (int(values[number]) if number >= 0 else -1) == loudest[item][1]


def test_artists_are_counted_and_follow_each_other(log):
    habits = recall_habits(log.plays, NOW)
    found = recall_artists(log.plays, habits.month, habits.newest_age, NOW)
    artists = log.artist[log.item]
    rules, follows = defaultdict(float), defaultdict(float)
    for back, source, weights in rules_of(log, artists, occurrences=lambda _: 32, window=6, fade=0.95):
        total = sum(weights.values())
        directly = sum(weight for (q, after), weight in weights.items() if after == q + 1)
        for (q, after), weight in weights.items():
            artist = int(artists[after])
            rules[artist] += (1.0 if log.good[source] else 0.4) / back * weight / total
            if back == 1 and after == q + 1:
                follows[artist] += weight / directly
    known = log.plays.artists.value[: log.plays.artists.known[0]].tolist()
    close(dict(zip(known, found.rules.tolist(), strict=True)), rules)
    close(dict(zip(known, found.follows.tolist(), strict=True)), follows)
    for number, artist in enumerate(known):
        mine = np.flatnonzero(artists == artist)
        ages = NOW - log.at[mine]
        good = ages[log.good[mine]] / 3600
        assert found.lately[number] == pytest.approx((0.5 ** (good / 3)).sum(), rel=1e-4, abs=1e-5)
        assert found.lasting[number] == pytest.approx((0.5 ** (good / 720)).sum(), rel=1e-4)
        assert found.newest_age[number] == ages[-1]
        worth = max(rules[artist], follows[artist]) > 0.05 or artist == artists[-1]
        assert found.worth_proposing[number] == worth


def test_sessions_like_this_one_propose_their_neighbours(log):
    found = recall_sessions(log.plays, log.plays.in_ring, NOW)
    voice = {
        play: np.exp(-(back - 1) / 6) * (1.0 if log.good[play] else 0.4)
        for back, play in enumerate(log.context, start=1)
    }
    like = defaultdict(float)
    for play in log.context:
        for q in log.occurrences(play, log.item, 10):
            like[int(log.session[q])] += voice[play]
    near, bag = defaultdict(float), defaultdict(float)
    for back, play in enumerate(log.context, start=1):
        for q in log.occurrences(play, log.item, 10):
            if log.session[q] == log.session[-1]:
                continue
            weight = like[int(log.session[q])] * voice[play] * np.exp(-(NOW - log.at[q]) / 86_400 / 120)
            for n in range(max(0, q - 10), min(len(log.item), q + 31)):
                if log.session[n] == log.session[q] and n != q:
                    heard = weight * (1.0 if log.good[n] else 0.3)
                    bag[int(log.item[n])] += heard
                    near[int(log.item[n])] += heard * np.exp(-abs(n - q - back) / 4) * (1 if n > q else 0.5)
    for column, expected in ((found.near, near), (found.bag, bag)):
        most = max(expected.values(), default=1.0)
        close(log.by_item(column), {item: value / most for item, value in expected.items()})
    context = {int(log.item[play]) for play in log.context}
    assert {int(log.plays.items.value[number]) for number in found.because if number >= 0} <= context


def test_followers_are_read_from_everyones_rows(log):
    rng = np.random.default_rng(7)
    rows = rng.permuted(np.tile(np.arange(14, dtype=np.int32), (14, 1)), axis=1)[:, :5]
    shares = np.where(rng.random((14, 5)) < 0.5, 0.0, rng.random((14, 5))).astype(np.float32)
    steps = to_share_steps(shares)
    found, shares = recall_followers(log.plays, rows, steps, log.plays.in_ring), steps / SHARE_STEPS
    last, context = defaultdict(float), defaultdict(float)
    for back, play in enumerate(log.context, start=1):
        for item, share in zip(rows[log.item[play]].tolist(), shares[log.item[play]].tolist(), strict=True):
            context[item] += share * (1.0 if log.good[play] else 0.5) / back
            last[item] += share if back == 1 else 0.0
    close(log.by_item(found.after_context), context)
    close(log.by_item(found.after_last), last)


def test_popularity_is_a_share_of_the_most_played_items():
    popularity = np.array([3.0, 5.0, -1e18, 4.0])
    top, nothing = np.array([1, 3, -1], np.int32), np.full(3, -1, np.int32)
    items = np.arange(4, dtype=np.int32)
    assert recall_popularity(items, popularity, top) == pytest.approx([0.25, 1.0, 0.0, 0.5])
    assert recall_popularity(items, popularity, nothing).tolist() == [0.0] * 4


@pytest.mark.parametrize("plays", [0, 1])
def test_a_history_of_nothing_or_of_one_play_is_no_evidence(plays):
    log = Log(0)
    scanned = scan_plays(log.indexed(plays))
    assert scanned.in_ring == scanned.context == plays
    assert not recall_successors(scanned, plays).rules.any()
    assert not recall_sessions(scanned, plays, NOW).bag.any()
    assert len(recall_habits(scanned, NOW).plays) == plays


def test_match_length_stops_at_twelve_and_at_the_oldest_play():
    same = np.ones(40, np.int32)
    assert match_length(same, 30, 39) == 12
    assert match_length(same, 3, 39) == 4
