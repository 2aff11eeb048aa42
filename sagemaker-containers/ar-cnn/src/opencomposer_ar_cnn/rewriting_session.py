"""Re-writes a piece from its first edit to its last: by sampling alone, or as lines for which a sampled piece is the
draft.

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from opencomposer_music.piano_roll import Planes, Steps

from opencomposer_ar_cnn.editable_piece import EditLimits, Floats, editable_piece
from opencomposer_ar_cnn.line_writing import LineSession, plan_lines
from opencomposer_ar_cnn.onsets import Cells
from opencomposer_ar_cnn.rewriting import Rewriting
from opencomposer_ar_cnn.sampling import EditSession
from opencomposer_ar_cnn.sampling_settings import ALL_ITERATIONS, SamplingSettings

Network = Callable[[Floats, float], tuple[Floats, Floats]]
"""Maps (planes [4 or 5, steps, 128], density) to (toggle logits, onset logits), [steps, 128] each."""

DRAFT_EDITS_PER_PASS = 32
UNLIMITED = 1_000_000


class NotFinite(ValueError):
    """The network returned numbers that are not finite."""


class RewritingSession:
    """One piece that is being re-written. `planes()` returns the network's next input, `advance()` takes its output.

    The caller runs the network between the two calls, so that many pieces can share one run (evaluation while
    training).
    """

    def __init__(
        self,
        piece: Planes,
        *,
        settings: SamplingSettings,
        limits: EditLimits,
        rng: np.random.Generator,
        phrase_ends: Steps | None = None,
        kept: Cells | None = None,
    ) -> None:
        """piece: [2, steps, 128], a whole number of bars; phrase_ends: where a note that ends a phrase sounds, [steps];
        with None it is derived from the piece. kept: given cells [steps, 128] that stay although the piece is not
        locked."""
        self._settings = settings
        self._limits = limits
        self._rng = rng
        self._piece = editable_piece(piece, settings, limits, phrase_ends, kept)
        self._session: EditSession | LineSession = EditSession(
            self._piece, settings=_draft_of(settings) if settings.writes_lines else settings, limits=limits, rng=rng
        )
        self._go_on()

    @property
    def density(self) -> float:
        """Returns the density that the network is told."""
        return self._session.density

    @property
    def finished(self) -> bool:
        """Returns True if nothing is left to do."""
        return self._session.finished

    def planes(self) -> Floats:
        """Returns the network's next input, [4 or 5, steps, 128]: see INPUT_PLANES of `model_metadata`."""
        return self._session.planes()

    def advance(self, toggle: Floats, onset: Floats) -> None:
        """Takes the network's output for `planes()`. Raises NotFinite."""
        if not (np.isfinite(toggle).all() and np.isfinite(onset).all()):
            raise NotFinite("the model returned numbers that are not finite")
        self._session.advance(toggle, onset)
        self._go_on()

    def result(self) -> Rewriting:
        """Returns the re-written piece with its edits."""
        return self._session.result()

    def _go_on(self) -> None:
        """Begins to write lines when the draft is finished."""
        if not (self._settings.writes_lines and self._session.finished and isinstance(self._session, EditSession)):
            return
        self._session = LineSession(
            self._piece,
            self._session.result(),
            lines=plan_lines(self._piece, self._settings, self._limits),
            settings=self._settings,
            rng=self._rng,
        )


def _draft_of(settings: SamplingSettings) -> SamplingSettings:
    """Returns the settings of the draft. How much is edited is limited when the lines are written."""
    iterations = ALL_ITERATIONS if settings.sampling_iterations else 0
    return replace(
        settings,
        sampling_iterations=iterations,
        edits_per_pass=DRAFT_EDITS_PER_PASS,
        max_notes_added=UNLIMITED,
    )


def rewrite(
    network: Network,
    piece: Planes,
    *,
    settings: SamplingSettings,
    limits: EditLimits,
    seed: int,
    phrase_ends: Steps | None = None,
    kept: Cells | None = None,
    before_each_pass: Callable[[], None] = lambda: None,
) -> Rewriting:
    """Re-writes a piece [2, steps, 128] by the network's edits. The same arguments give the same result.

    phrase_ends, kept: see `RewritingSession`. `before_each_pass` may raise, to end work whose time is over. Raises
    NotFinite.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    session = RewritingSession(piece, settings=settings, limits=limits, rng=rng, phrase_ends=phrase_ends, kept=kept)
    while not session.finished:
        before_each_pass()
        session.advance(*network(session.planes(), session.density))
    return session.result()
