"""The demo: a real Kafka, a worker, listeners that press play, and what they are shown, live."""
