"""Re-writes a piece by the network's logits: edits are drawn pass by pass, counted, limited and kept in order.

The original draws one cell at a time from a softmax over all cells (ES-Net, arXiv 2008.08927). Here a pass draws
several without replacement, by adding Gumbel noise to the logits and taking the largest (Gumbel top-k, Kool et al.
2019, arXiv 1903.06059); with one edit a pass both are the same. No logit is exponentiated, so no temperature overflows.

It imports numpy and nothing heavier: the inference image has nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import PITCHES
from opencomposer_music.sigmoid import sigmoid

from opencomposer_ar_cnn.editable_piece import EditablePiece, EditLimits, Floats
from opencomposer_ar_cnn.onsets import Cells, resolve_onsets
from opencomposer_ar_cnn.rewriting import EditEvent, Rewriting, replay
from opencomposer_ar_cnn.sampling_settings import ALL_ITERATIONS, ORIGINAL_BARS, SamplingSettings

TIDYING_PASSES = 4
"""The number of last passes that only remove what the network no longer wants."""
TIDYING_SHARE = 8
"""The number of passes of which at most one is such a last pass."""
MIN_TEMPERATURE_SHARE = 0.6
"""The share of the given temperature to which it falls while fewer edits remain."""
MAX_REMAINING_EDITS = 1.0
"""Sampling ends when fewer edits are expected to remain in eight bars."""
NEEDED_EDITS = 0.1
"""The minimum number of edits that are expected in a beat which is edited. In other beats the many cells that are each
very unlikely would together weigh as much as one likely edit, and would be drawn as often."""
NOTE_REACH = 3
"""The number of steps before and after a drawn cell that may be edited with it, as cells of the same note."""
ADDED_SHARE = 1.0
REMOVED_SHARE = 0.8
"""The share of the drawn cell's likelihood that a neighboring cell needs, to be added or to be removed with it. Removal
asks for less, because a note may well be added bit by bit, but a wrong note of which half is removed is still wrong."""
MAX_TOGGLES = 4
"""The maximum number of times that a cell is toggled. It then stays as it is."""
NEEDED_EDITS_GROWTH = 0.005
"""NEEDED_EDITS rises by so much from pass to pass, so that music whose every state could be improved comes to its end,
too."""


class EditSession:
    """One piece that is being re-written. `planes()` returns the network's next input, `advance()` takes its output.

    The caller runs the network between the two calls, so that many pieces can share one run (evaluation while
    training).
    """

    def __init__(
        self, piece: EditablePiece, *, settings: SamplingSettings, limits: EditLimits, rng: np.random.Generator
    ) -> None:
        self._settings = settings
        self._rng = rng
        self._piece = piece
        self._original = piece.original
        self._roll = self._original.copy()
        self._columns = piece.columns
        self.density = piece.density
        bars = piece.bars
        self._batched = settings.edits_per_pass > 1
        self._max_remaining = MAX_REMAINING_EDITS * max(bars, ORIGINAL_BARS) / ORIGINAL_BARS
        self._draws_per_pass = settings.in_proportion(settings.edits_per_pass, bars)
        # One edit a pass is the original's way, where an iteration is an edit.
        self._max_passes = settings.max_passes if self._batched else settings.sampling_iterations
        self._max_edits = self._draws_per_pass * self._max_passes
        self._max_added = settings.in_proportion(settings.max_notes_added, bars)
        self._max_removed = int(self._original.sum()) * settings.max_percentage_of_initial_notes_removed // 100
        self._added = 0
        self._removed = 0
        self._tidying_passes = min(TIDYING_PASSES, self._max_passes // TIDYING_SHARE) if self._batched else 0
        self._max_polyphony = limits.polyphony_at(settings.density) if self._batched else PITCHES
        self._first_expected: float | None = None
        self._tidying = False
        self._edited = False
        self._ended = False
        self._repeats = np.zeros_like(self._roll)
        self._toggles = np.zeros(self._roll.shape, dtype=np.int16)
        self._passes = 0
        self._expected = 0.0
        self._events: list[EditEvent] = []
        self.finished = settings.sampling_iterations == 0 or not piece.editable.any()

    def planes(self) -> Floats:
        """Returns the network's next input, [4 or 5, steps, 128]: see INPUT_PLANES of `model_metadata`."""
        self._input_onsets = self._onsets()
        return self._piece.planes(self._roll, self._input_onsets)

    def advance(self, toggle: Floats, onset: Floats) -> None:
        """Takes the network's output for `planes()`, which must be finite."""
        logits = self._piece.from_model(toggle)[:, self._columns].astype(np.float64)
        self._repeats = self._piece.from_model(onset) > 0
        self._edited = False
        allowed = self._allowed()[:, self._columns]
        probabilities = sigmoid(logits)
        allowed = allowed & (probabilities >= self._settings.min_probability)
        likelihoods = np.where(allowed, probabilities, 0.0)
        temperature = self._temperature(float(likelihoods.sum()))
        needed = self._needed(likelihoods) if self._batched else allowed
        self._expected = float(likelihoods[needed].sum())
        if self._ended:
            # This output was only needed for the onsets of the finished roll.
            self.finished = True
            return
        # A last edit that is all but certain counts as a little less than one expected edit: it is still made.
        likely = bool(likelihoods[needed].max(initial=0.0) > 0.5)
        done = self._expected < self._max_remaining and not likely
        if done or self._passes >= self._max_passes - self._tidying_passes:
            self._tidying = True
        if self._tidying:
            wanted = allowed & self._roll[:, self._columns] & (probabilities > 0.5)
            self._toggle(self._ranked(probabilities, wanted, self._draws_per_pass), probabilities)
        elif self._batched:
            drawn = self._draw(logits / temperature, allowed & needed)
            self._toggle(self._whole_notes(drawn, likelihoods), probabilities)
        else:
            self._toggle(self._draw(logits / temperature, allowed), probabilities)
        if self._edited:
            self._passes += 1
        limited = self._passes == self._max_passes or len(self._events) >= self._max_edits
        if self._batched and (limited or not self._edited) and self._settings.share_of_the_way < 1:
            self._go_back()
            self._ended = True
        elif not self._edited:
            self.finished = True
        elif limited:
            self._ended = True

    def result(self) -> Rewriting:
        """Returns the re-written piece with its edits."""
        return Rewriting(np.stack([self._roll, self._onsets()]), tuple(self._events), self._passes, self._expected)

    def _go_back(self) -> None:
        """Keeps the first edits only, as many as the share of the way that is wanted."""
        kept = -(-len(self._events) * self._settings.sampling_iterations // ALL_ITERATIONS)
        self._events = self._events[:kept]
        self._roll = replay(self._original, self._events)
        self._passes = self._events[-1].passed + 1 if self._events else 0

    def _needed(self, likelihoods: npt.NDArray[np.float64]) -> Cells:
        """Returns the cells of the beats that need an edit, [steps, columns]."""
        beat_steps = self._piece.bar.beat_steps
        needs = likelihoods.reshape(len(likelihoods) // beat_steps, -1).sum(axis=1)
        beats = needs >= NEEDED_EDITS + NEEDED_EDITS_GROWTH * self._passes
        return np.asarray(np.broadcast_to(np.repeat(beats, beat_steps)[:, np.newaxis], likelihoods.shape))

    def _whole_notes(
        self, drawn: Iterator[tuple[int, int]], likelihoods: npt.NDArray[np.float64]
    ) -> Iterator[tuple[int, int]]:
        """Yields the drawn cells, each with the cells before and after it that are almost as likely. A note is seldom a
        sixteenth long, and a wrong note of which half is removed is still wrong."""
        roll, onsets = self._roll[:, self._columns], self._input_onsets[:, self._columns]
        before = roll.copy()
        for step, column in drawn:
            sounds = before[step, column]
            min_ = (REMOVED_SHARE if sounds else ADDED_SHARE) * likelihoods[step, column]
            if roll[step, column] != sounds:
                # This cell was edited together with another of this pass.
                continue
            yield step, column
            if roll[step, column] == sounds:
                # A limit kept this cell from being edited.
                continue
            for way in (-1, 1):
                for place in range(step + way, step + way * (NOTE_REACH + 1), way):
                    # This is the cell of the pair that would begin a note of its own.
                    later = max(place, place - way)
                    if not 0 <= place < len(roll) or not likelihoods[place, column] > 0:
                        break
                    alike = roll[place, column] == before[place, column] == sounds
                    unlikely = likelihoods[place, column] < min_
                    if unlikely or not alike or (sounds and onsets[later, column]):
                        break
                    yield place, column
                    if roll[place, column] == sounds:
                        break

    def _onsets(self) -> Cells:
        return resolve_onsets(
            self._roll,
            original=self._original,
            original_onsets=self._piece.original_onsets,
            locked=self._piece.locked,
            repeats=self._repeats,
        )

    def _allowed(self) -> Cells:
        """Returns the cells that may be toggled now: inside the region, not locked, and within the limits."""
        allowed: Cells = self._piece.editable.copy()
        if self._added >= self._max_added:
            allowed = allowed & (self._roll | self._original)
        if self._removed >= self._max_removed:
            allowed = allowed & ~(self._roll & self._original)
        if self._batched:
            full = self._roll.sum(axis=1, keepdims=True) >= self._max_polyphony
            allowed = allowed & (self._roll | ~full) & (self._toggles < MAX_TOGGLES)
        return allowed

    def _temperature(self, expected: float) -> float:
        """Returns the caller's temperature, cooled as fewer edits remain than at the beginning."""
        if not self._batched:
            return self._settings.softmax_temperature
        if self._first_expected is None:
            self._first_expected = max(expected, MAX_REMAINING_EDITS)
        left = min(1.0, expected / self._first_expected)
        return self._settings.softmax_temperature * (MIN_TEMPERATURE_SHARE + (1 - MIN_TEMPERATURE_SHARE) * left)

    def _draw(self, tempered: npt.NDArray[np.float64], allowed: Cells) -> Iterator[tuple[int, int]]:
        """Draws the next cells by Gumbel top-k: as many as a pass may edit, but not more than are expected to remain.
        Of several cells in one pass no two are in the same beat, because one might replace the other."""
        # The noise is drawn for every cell of the window, so that limits and locks never shift the random numbers.
        # Gumbel noise is the negative logarithm of exponential noise, which numpy draws three times as fast.
        noisy = tempered - np.log(self._rng.standard_exponential(size=tempered.shape))
        if self._batched:
            beats = np.where(allowed, noisy, -np.inf).reshape(len(noisy) // self._piece.bar.beat_steps, -1)
            first = np.zeros(beats.shape, dtype=np.bool_)
            first[np.arange(len(beats)), beats.argmax(axis=1)] = True
            allowed = allowed & first.reshape(allowed.shape)
        return self._ranked(noisy, allowed, min(self._draws_per_pass, max(1, round(self._expected))))

    def _ranked(self, scores: npt.NDArray[np.float64], mask: Cells, count: int) -> Iterator[tuple[int, int]]:
        """Returns the `count` cells (step, column) of the mask with the highest scores, highest first; ties in
        order."""
        places = np.flatnonzero(mask)
        values = scores.ravel()[places]
        if len(values) > count:
            best = np.argpartition(values, len(values) - count)[-count:]
            best.sort()
        else:
            best = np.arange(len(values))
        for place in places[best[np.argsort(-values[best], kind="stable")]]:
            yield divmod(int(place), mask.shape[1])

    def _toggle(self, cells: Iterator[tuple[int, int]], probabilities: npt.NDArray[np.float64]) -> None:
        for step, column in cells:
            pitch = column + self._columns.start
            original, sounds = bool(self._original[step, pitch]), bool(self._roll[step, pitch])
            # A limit may be reached in the middle of a pass.
            if len(self._events) >= self._max_edits:
                return
            if not sounds and self._batched and self._roll[step].sum() >= self._max_polyphony:
                continue
            if original and sounds and self._removed >= self._max_removed:
                continue
            if not original and not sounds and self._added >= self._max_added:
                continue
            change = -1 if sounds != original else 1
            if original:
                self._removed += change
            else:
                self._added += change
            self._roll[step, pitch] = not sounds
            self._toggles[step, pitch] += 1
            probability = round(float(probabilities[step, column]), 6)
            self._events.append(
                EditEvent(step, pitch, "remove" if sounds else "add", original, self._passes, probability)
            )
            self._edited = True
