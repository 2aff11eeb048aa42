"""Judges a stock model on music that it was not trained on. The code that all techniques share is here; each
technique's evaluation has a file of its own, listed in `registry.py`."""
