"""What the Python tests and benches of all containers share; never part of an image."""
