"""Side-by-side measurements: timings, not tests; ratios of one run, on one broker, on one machine."""
