"""A blind listening test: pairs of harmonizations of one melody, compared by people who do not know whose they are."""
