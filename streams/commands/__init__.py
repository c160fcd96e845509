"""The commands of `segue`, one a file; `streams/cli.py` gives them their names."""
