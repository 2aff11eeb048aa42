"""Training and generation of the baselines that the stock models are compared with."""
