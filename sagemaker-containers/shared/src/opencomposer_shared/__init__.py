"""What every OpenComposer container shares: the SageMaker folder contract, the codec, metrics, checkpoints, serving."""
