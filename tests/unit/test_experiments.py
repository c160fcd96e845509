"""Experiments by hand: sums, intervals, guardrails, mismatches, behaviour, verdicts, and how they err."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.experiments import NOTHING, errors
from benchmarks.simulated_clicks import draw_slates, listeners_by_ab, listeners_by_interleaving
from models.events import Event, EventType
from models.experiments.assignment import Experiment, Variant, assign
from models.experiments.behaviour import BLOCK_PLAYS, DAY_SECONDS, Behaviour, Metric
from models.experiments.guardrails import GUARDRAILS, Guardrail, State
from models.experiments.interleaving import Credit, credit, interleave
from models.experiments.known_truth import thinned
from models.experiments.looks import Comparison, Verdict
from models.experiments.mismatch import is_mismatched
from models.experiments.moments import Estimate, RatioMoments, difference
from models.experiments.sequential import Interval, always_valid
from models.experiments.trial import Trial, look_daily

HALVES = Experiment("home", (Variant("control", 0.5), Variant("new", 0.5)))


def test_a_ratio_is_as_certain_as_resampling_listeners_says() -> None:
    draws = np.random.default_rng(1)
    plays = draws.integers(1, 40, 800).astype(np.float64)
    skips = draws.binomial(plays.astype(np.int64), draws.beta(2, 3, 800)).astype(np.float64)
    found = RatioMoments.of(skips, plays).estimate()
    samples = [draws.integers(0, 800, 800) for _ in range(800)]
    resampled = np.std([skips[one].sum() / plays[one].sum() for one in samples])
    assert found is not None
    assert found.value == skips.sum() / plays.sum()
    assert found.standard_error == pytest.approx(resampled, rel=0.1)
    # As if plays were independent, it would be too small: listeners are alike to themselves.
    assert found.standard_error > 1.3 * math.sqrt(found.value * (1 - found.value) / plays.sum())


def test_a_listener_whose_totals_grow_counts_once() -> None:
    grown, fresh = RatioMoments(), RatioMoments()
    for x, y in ((0.0, -19_000.0), (3.0, -19_001.0), (2.0, -19_007.0)):
        grown.add(x, y)
        grown.replace((x, y), (x + 7.0, y))
        fresh.add(x + 7.0, y + 19_010.0)
    assert grown.shifted(19_010.0) == fresh
    assert fresh.listeners == 3


def test_nothing_is_estimated_from_one_listener_or_none_of_whom_plays() -> None:
    assert RatioMoments(1, 1.0, 2.0, 1.0, 2.0, 4.0).estimate() is None
    assert RatioMoments(5).estimate() is None


@pytest.mark.parametrize(("scale", "error"), [(0.05, 0.2), (0.05, 0.02), (1.0, 0.01)])
def test_the_interval_holds_what_the_mixture_does_not_refute(scale: float, error: float) -> None:
    """At its bounds the likelihood, averaged over effects of this scale, is 1 / alpha times that of none."""
    high = always_valid(Estimate(0.0, error), scale=scale).high
    effects = np.linspace(-12 * scale, 12 * scale, 400_001)
    prior = np.exp(-0.5 * (effects / scale) ** 2) / (scale * math.sqrt(2 * math.pi))
    likelihood = np.exp((effects * high - effects**2 / 2) / error**2)
    assert np.trapezoid(prior * likelihood, effects) == pytest.approx(20.0, rel=1e-3)


def test_nothing_is_sure_where_no_spread_was_seen() -> None:
    assert always_valid(None, scale=1.0) == always_valid(Estimate(3.0, 0.0), scale=1.0) == Interval()
    assert difference(Estimate(1.0, 3.0), Estimate(4.0, 4.0)) == Estimate(3.0, 5.0)


@pytest.mark.parametrize("world", NOTHING)
def test_looking_every_day_errs_no_more_often_than_promised(world: str) -> None:
    found = errors(*NOTHING[world], runs=150)
    assert found.always_valid <= 0.05
    assert found.peeking > 0.1, "these worlds are such that a fixed test errs"


def test_guardrails_pass_only_what_is_sure() -> None:
    variety = Guardrail(Metric.VARIETY, margin=2.0, rise_harms=False)
    bounds = [(-1.0, 5.0), (-5.0, 5.0), (-5.0, -1.0), (-9.0, -2.5), (-math.inf, math.inf)]
    states = [variety.state(Interval(*one)) for one in bounds]
    assert states == [State.PASS, State.UNDECIDED, State.UNDECIDED, State.FAIL, State.UNDECIDED]


def test_a_mismatch_is_found_and_seldom_seen_where_there_is_none() -> None:
    def alarmed(share: float, seed: int) -> bool:
        came = np.cumsum(np.random.default_rng(seed).random(4_000) < share)
        looks = range(100, 4_001, 100)
        return any(
            is_mismatched(HALVES, {"control": int(came[n - 1]), "new": n - int(came[n - 1])}) for n in looks
        )

    assert sum(alarmed(0.5, seed) for seed in range(300)) <= 2
    assert sum(alarmed(0.42, seed) for seed in range(30)) >= 28


def play(user: str, day: float, item: str, *, ms_played: int = 60_000) -> Event:
    return Event("", EventType.PLAY, user, day * DAY_SECONDS, item=item, ms_played=ms_played)


def test_a_discovery_is_durable_once_if_it_returns_after_a_week_and_within_a_month() -> None:
    listener = Behaviour()
    returns = {"soon": (6.9,), "later": (7.0, 15.0), "late": (30.1,), "soon and later": (1.0, 20.0)}
    plays = [play("ann", 0.0, item) for item in returns]
    plays += [play("ann", day, item) for item, days in returns.items() for day in days]
    plays.append(play("ann", 10.0, "skipped at first", ms_played=1_000))
    for one in sorted(plays, key=lambda one: one.at):
        listener.hear(one, artist="")
    fractions = listener.fractions()
    assert fractions[Metric.DURABLE_DISCOVERIES] == (2.0, 0.0)
    assert fractions[Metric.SKIP_RATE] == (1.0, 11.0)
    assert fractions[Metric.ACTIVE_DAYS] == (8.0, 0.0)


def test_variety_counts_artists_in_blocks_so_that_more_plays_are_not_less_variety() -> None:
    listener = Behaviour()
    for number in range(2 * BLOCK_PLAYS + 3):
        listener.hear(play("ann", 100.0, f"t:{number}"), artist=f"A{number // BLOCK_PLAYS}, {number % 5}")
    assert listener.fractions()[Metric.VARIETY] == (100.0 * 10, 2.0 * BLOCK_PLAYS)
    assert listener.fractions()[Metric.COMPLETED_PLAYS] == (53.0, -100.0)


def life(
    days: int = 6,
    *,
    listeners: int = 400,
    plays: dict[str, float],
    skips: dict[str, float] | None = None,
    start: float = 100.0,
) -> Iterator[Event]:
    """Listeners who come on the first two days, with plays a day and a share of skips by their variant."""
    draws = np.random.default_rng(3)
    for day in range(days):
        for number in range(listeners):
            user = f"u{number}"
            variant = assign(HALVES, user)
            for _ in range(draws.poisson(plays[variant]) if number % 2 <= day else 0):
                skipped = draws.random() < (skips or {}).get(variant, 0.1)
                item = f"t:{draws.integers(0, 8)}"
                yield play(user, start + day, item, ms_played=1_000 if skipped else 60_000)


SAME = {"control": 12.0, "new": 12.0}
MORE = {"control": 12.0, "new": 15.0}


@pytest.mark.parametrize(
    ("plays", "skips", "verdict", "winner"),
    [
        (SAME, None, Verdict.GO_ON, ""),
        (MORE, None, Verdict.WINNER, "new"),
        ({"control": 15.0, "new": 12.0}, None, Verdict.WINNER, "control"),
        (MORE, {"control": 0.1, "new": 0.2}, Verdict.HARM, ""),
    ],
)
def test_verdicts(
    plays: dict[str, float], skips: dict[str, float] | None, verdict: Verdict, winner: str
) -> None:
    last = judge(list(life(plays=plays, skips=skips)))
    assert (last.verdict, last.winner) == (verdict, winner)
    assert (last.stopped_on is None) == (verdict is Verdict.GO_ON)


def judge(events: list[Event], experiment: Experiment = HALVES) -> Comparison:
    looks = list(look_daily(Trial(experiment, goal=Metric.COMPLETED_PLAYS, artists={}), events))
    return looks[-1].comparisons[0]


def test_each_day_shows_who_came_and_the_effect_for_each_day_since() -> None:
    looks = list(look_daily(Trial(HALVES, goal=Metric.COMPLETED_PLAYS, artists={}), life(plays=MORE)))
    assert [sum(look.listeners.values()) for look in looks] == [200, 400, 400, 400, 400, 400]
    assert all(sum(look.active.values()) >= 195 for look in looks)
    effect = looks[-1].comparisons[0].effects[Metric.COMPLETED_PLAYS]
    assert effect.control == pytest.approx(12.0 * 0.9, rel=0.03)
    assert 3.0 * 0.9 in effect.difference
    assert looks[-1].comparisons[0].guardrails == {one.metric: State.PASS for one in GUARDRAILS}


def test_a_variant_wins_only_when_no_guardrail_is_undecided() -> None:
    last = judge(list(life(days=2, plays={"control": 2.0, "new": 5.0})))
    assert last.effects[Metric.COMPLETED_PLAYS].difference.low > 0.0
    assert State.UNDECIDED in last.guardrails.values()
    assert last.verdict is Verdict.GO_ON


def test_a_metric_that_is_known_of_few_says_nothing() -> None:
    """On the first day, who has a block of 25 plays is one of few, and they agree by chance."""
    looks = look_daily(Trial(HALVES, goal=Metric.COMPLETED_PLAYS, artists={}), life(plays=SAME, start=100.0))
    variety = [look.comparisons[0].effects[Metric.VARIETY] for look in looks]
    assert variety[1].control > 0.0
    assert variety[1].difference == Interval() != variety[-1].difference


def test_what_is_rare_at_first_is_looked_for_at_the_size_that_it_has_later() -> None:
    first = [play("u0", 100.0, "lone"), *life(plays=SAME, days=2), play("u0", 107.5, "lone")]
    trial = Trial(HALVES, goal=Metric.DURABLE_DISCOVERIES, artists={})
    looks = [*look_daily(trial, first), *look_daily(trial, life(plays=SAME, days=4, start=109.0))]
    effects = [look.comparisons[0].effects[Metric.DURABLE_DISCOVERIES] for look in looks]
    assert effects[2].control + effects[2].variant > 0.0
    assert effects[2].difference == Interval()
    assert effects[-1].difference.high < effects[-1].control


def test_artists_are_those_of_the_events_or_of_the_catalogue() -> None:
    artists = {f"t:{number}": f"A{number % 2}" for number in range(8)}
    last = [
        list(look_daily(Trial(HALVES, goal=Metric.COMPLETED_PLAYS, artists=known), life(plays=SAME)))[-1]
        for known in ({}, artists)
    ]
    variety = [look.comparisons[0].effects[Metric.VARIETY].control for look in last]
    assert variety == pytest.approx([100.0 * 8 / BLOCK_PLAYS, 100.0 * 2 / BLOCK_PLAYS], rel=0.05)


def test_few_listeners_say_nothing() -> None:
    last = judge(list(life(listeners=150, plays=MORE)))
    assert last.verdict is Verdict.GO_ON
    assert last.effects[Metric.COMPLETED_PLAYS].difference == Interval()


def test_a_verdict_stays_when_it_was_reached() -> None:
    first = list(life(plays=MORE))
    undone = life(plays={"control": 60.0, "new": 1.0}, days=2, start=120.0)
    before, after = judge(first), judge([*first, *undone])
    assert after.effects[Metric.COMPLETED_PLAYS].difference.high < 0.0
    assert before.winner == "new"
    assert (after.verdict, after.stopped_on) == (before.verdict, before.stopped_on)


def test_listeners_who_are_lost_stop_the_experiment() -> None:
    lost = {user for user in (f"u{number}" for number in range(900)) if assign(HALVES, user) == "new"}
    kept = set(sorted(lost)[:250])
    events = [one for one in life(listeners=900, plays=SAME, days=3) if one.user not in lost - kept]
    assert judge(events).verdict is Verdict.MISMATCH
    found_before = list(life(plays=MORE, start=90.0))
    assert judge(found_before).verdict is Verdict.WINNER
    assert judge([*found_before, *events]).verdict is Verdict.MISMATCH


def test_each_of_many_variants_has_its_part_of_the_chance_to_err() -> None:
    three = Experiment("home", (Variant("control", 0.4), Variant("a", 0.3), Variant("b", 0.3)))
    two = (
        Trial(three, goal=Metric.COMPLETED_PLAYS, artists={}),
        Trial(three, goal=Metric.COMPLETED_PLAYS, artists={}, alpha=0.025),
    )
    wide, wider = (
        list(look_daily(trial, life(listeners=800, plays=SAME, days=3)))[-1].comparisons[1].effects
        for trial in two
    )
    metric = Metric.COMPLETED_PLAYS
    assert wider[metric].difference.low < wide[metric].difference.low < wide[metric].difference.high


def test_thinning_takes_its_share_of_one_variant() -> None:
    events = list(life(plays=SAME))
    left = list(thinned(events, HALVES, variant="control", share=0.25, seed=1))
    counts = [sum(assign(HALVES, one.user) == "control" for one in log) for log in (events, left)]
    assert counts[1] / counts[0] == pytest.approx(0.75, abs=0.02)
    assert len(events) - len(left) == counts[0] - counts[1]


def test_plays_are_credited_to_who_picked_what_was_played() -> None:
    picks = interleave(["a", "b"], ["b", "c"], places=4, uniforms=[0.7, 0.1])
    assert [(pick.item, pick.team) for pick in picks] == [("b", 1), ("a", 0)]
    assert credit(picks, [0, 1, 1]) + credit(picks, [0]) == Credit(first=2, second=2)


def test_interleaving_needs_fewer_listeners_and_calls_nobody_better_who_is_not() -> None:
    slates = draw_slates(300, noises=(0.25, 0.05), seed=0)
    first, second = slates.clicks_per_slate()
    assert second > 1.1 * first
    needed = [listeners_by_interleaving(slates, most=1_000, seed=seed) for seed in range(5)]
    assert 2 * max(needed) < np.median([listeners_by_ab(slates, most=10_000, seed=seed) for seed in range(5)])
    same = [listeners_by_interleaving(slates.mirrored(), most=1_000, seed=seed) for seed in range(40)]
    assert sum(map(math.isfinite, same)) <= 3
