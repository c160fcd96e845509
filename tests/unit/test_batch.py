"""A batch is learned listener by listener, and it makes no difference to anybody."""

from models.batch import Placed, process_batch
from models.listeners import Population, simulate
from models.personalizer import Personalizer
from models.standalone import Standalone
from models.state import encode_head, new_listener
from models.trainer import Trainer

WORLD = Population(seed=5, listeners=4, items=300, artists=40)
EVENTS = [Placed(nth, event) for nth, event in enumerate(simulate(WORLD, events=240, start_at=1.7e9))]
USERS = sorted({placed.event.user for placed in EVENTS})


def taught():
    core = Standalone(ring_events=128)
    core.learn_catalog(WORLD.catalogue.records())
    core.process(EVENTS[:120], partition=0, emit=lambda *emitted: None)
    return core.catalogue


def run(batches):
    """Everything that comes of batches over a catalogue that stays as it is."""
    personalizer = Personalizer(catalogue=taught(), weights=Trainer().weights())
    listeners = {user: new_listener(user, ring_events=128) for user in USERS}
    slates, outcomes = {}, []
    for batch in batches:
        outcomes.append(
            process_batch(
                personalizer,
                listeners,
                batch,
                partition=0,
                emit=lambda placed, listener, slate: slates.update({placed.offset: slate}),
            )
        )
    return slates, outcomes, {user: encode_head(listener) for user, listener in listeners.items()}


def test_how_a_log_is_cut_into_batches_changes_no_slate_and_no_state():
    whole, one_by_one = run([EVENTS]), run([[placed] for placed in EVENTS])
    assert whole[0] == one_by_one[0]
    assert whole[2] == one_by_one[2]


def test_lessons_stand_in_the_order_of_their_events():
    _, (outcome,), _ = run([EVENTS])
    offsets = [int(row["offset"]) for rows in outcome.signals for row in rows]
    examples = [offset for offset, _ in outcome.examples]
    assert offsets == sorted(offsets)
    assert examples == sorted(set(examples))
    assert offsets
    assert examples
