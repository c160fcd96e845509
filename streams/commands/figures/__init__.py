"""What `segue backtest` and `segue graph` are made of: models under test, k-cores, tables and pictures."""
