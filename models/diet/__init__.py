"""Diet: what a listener plays and is shown, over time; when it narrows; and slates in its proportions."""
