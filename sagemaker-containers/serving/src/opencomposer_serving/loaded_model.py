"""A loaded model as the server asks it, wherever it runs: in the server's own process, or in one of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Generic, Protocol, TypeVar

from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest
from opencomposer_serving.technique import Generated, Technique

ModelT = TypeVar("ModelT")


class LoadedModel(Protocol):
    """A model that answers requests."""

    def turn(self, deadline: Deadline) -> AbstractContextManager[None]:
        """A block in which this model works for nobody else. Raises BUSY when that does not come in time."""

    def generate(
        self, request: InvocationRequest, body: bytes, deadline: Deadline, give_way: Callable[[], None]
    ) -> Generated:
        """Compose. body: the request as it came; give_way: called at most once, when the work takes so long that
        requests for other models should no longer wait for it."""

    @property
    def spent(self) -> bool:
        """Whether the model can or should not be asked again, so that it must not be kept."""

    def close(self) -> None:
        """Give back what it holds."""


class TrustedModel(Generic[ModelT]):
    """A stock model, which is part of the image as the code is: it runs in the server's process."""

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
        """Nothing: its memory goes with it."""
