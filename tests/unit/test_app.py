"""What waits for one agent never keeps another one waiting."""

from math import ceil, floor

from mode.utils.queues import FlowControlQueue, ThrowableQueue

from streams.app import BUFFER, FETCH_RECORDS, LISTENER_BATCH


def test_a_buffer_is_never_full():
    # Reading goes on in one loop for all agents, and that loop waits where a buffer is full.
    assert issubclass(ThrowableQueue, FlowControlQueue)
    paused_at = floor(BUFFER / ThrowableQueue.pressure_high_ratio)
    assert paused_at + ceil(FETCH_RECORDS / LISTENER_BATCH) < BUFFER
