"""Judging a stock model on music that it was not trained on. What is the same for every technique is here; what a
technique's evaluation consists of stands in a file of its own, listed in `registry.py`."""
