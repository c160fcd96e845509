"""The peers, one a file: `python -m benchmarks.peers.NAME OPTIONS` runs one until SIGTERM."""
