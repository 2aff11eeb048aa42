"""U-Net GAN: gives a melody its accompaniment. `train` learns it (PyTorch), `serve` plays it (ONNX Runtime)."""
