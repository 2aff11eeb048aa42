"""The entry point of every image: `python -m opencomposer_container train|serve` (standard library only)."""
