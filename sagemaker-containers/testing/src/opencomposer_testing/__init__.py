"""Code that the Python tests and benches of all containers share. It is never part of an image."""
