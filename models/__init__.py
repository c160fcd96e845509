"""The pure core of Segue: values in, values out. Read `personalizer.py` first."""
