"""The interface of a loaded model, which may run in the server's own process or in one of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Generic, Protocol, TypeVar

from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest
from opencomposer_serving.technique import Generated, Technique

ModelT = TypeVar("ModelT")


class LoadedModel(Protocol):
    """A model that responds to requests."""

    def turn(self, deadline: Deadline) -> AbstractContextManager[None]:
        """Returns a block in which this model works for nobody else. Raises BUSY when its turn comes too late."""

    def generate(
        self, request: InvocationRequest, body: bytes, deadline: Deadline, give_way: Callable[[], None]
    ) -> Generated:
        """Composes. body: the request's bytes as they came; give_way: called at most once, when the work takes so long
        that requests for other models should no longer wait for it."""

    @property
    def spent(self) -> bool:
        """Returns True if the model cannot or should not be asked again, and must not be kept."""

    def close(self) -> None:
        """Gives back everything that the model holds."""


class TrustedModel(Generic[ModelT]):
    """A stock model. It is part of the image as the code is, and therefore runs in the server's process."""

    spent = False

    def __init__(self, technique: Technique[ModelT], model: ModelT) -> None:
        self._technique = technique
        self._model = model

    def turn(self, deadline: Deadline) -> AbstractContextManager[None]:
        return nullcontext()

    def generate(
        self, request: InvocationRequest, body: bytes, deadline: Deadline, give_way: Callable[[], None]
    ) -> Generated:
        return self._technique.generate(self._model, request, deadline)

    def close(self) -> None:
        """Does nothing: the model's memory is freed with the object."""
