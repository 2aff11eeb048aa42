"""HTTP serving of a technique: server, model cache, request validation.

Imports only the standard library, numpy and onnxruntime, so that the inference image needs
nothing else.
"""
