"""What `segue backtest` is made of: the models that can be tested, their figures, the table and the plot."""
