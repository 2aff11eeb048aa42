"""Musical metrics of an accompaniment, in code of our own, because the published implementations are wrong in places
(chroma reshaped across octaves, empty-beat rates inverted). Each function names its formula and source.

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from opencomposer_music.piano_roll import (
    ONSET,
    SOUNDING,
    Planes,
    planes_to_notes,
)
from opencomposer_music.time_signatures import COMMON_TIME, BarShape

DISSONANT_INTERVALS = (1, 2, 6, 10, 11)
QUALIFIED_STEPS = 2
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)

Rolls = npt.NDArray[np.bool_]


def bars_of(sounding: Rolls, bar: BarShape = COMMON_TIME) -> Rolls:
    """Returns [steps, 128] as [bars, steps of a bar, 128]; an incomplete last bar is filled with silence."""
    steps = sounding.shape[0]
    bars = -(-steps // bar.steps)
    padded = np.zeros((bars * bar.steps, sounding.shape[1]), dtype=np.bool_)
    padded[:steps] = sounding
    return padded.reshape(bars, bar.steps, sounding.shape[1])


def chroma(sounding: Rolls) -> npt.NDArray[np.int64]:
    """Counts how often each of the 12 pitch classes sounds at a step: [steps, 128] -> [steps, 12]."""
    result = np.zeros((sounding.shape[0], 12), dtype=np.int64)
    for pitch_class in range(12):
        result[:, pitch_class] = sounding[:, pitch_class::12].sum(axis=1)
    return result


def empty_bar_rate(planes: Planes, bar: BarShape = COMMON_TIME) -> float:
    """Returns bars in which nothing sounds / all bars (EB of Dong et al. 2018). 0-1."""
    bars = bars_of(planes[SOUNDING], bar)
    return float(np.mean(~bars.any(axis=(1, 2)))) if len(bars) else 0.0


def pitch_classes_used(planes: Planes, bar: BarShape = COMMON_TIME) -> float:
    """Returns the mean over bars of the number of different pitch classes (UPC of Dong et al. 2018). 0-12."""
    bars = bars_of(planes[SOUNDING], bar)
    return float(np.mean([(chroma(one).sum(axis=0) > 0).sum() for one in bars])) if len(bars) else 0.0


def pitches_used(planes: Planes, bar: BarShape = COMMON_TIME) -> float:
    """Returns the mean over bars of the number of different pitches. 0-128."""
    bars = bars_of(planes[SOUNDING], bar)
    return float(np.mean(bars.any(axis=1).sum(axis=1))) if len(bars) else 0.0


def qualified_note_rate(planes: Planes) -> float | None:
    """Returns notes of an eighth or longer / all notes (QN of Dong et al. 2018, on our grid). None without notes."""
    notes = planes_to_notes(planes)
    return sum(note.duration >= QUALIFIED_STEPS for note in notes) / len(notes) if notes else None


def scale_consistency(tracks: Sequence[Planes]) -> float | None:
    """Returns the largest share of notes that one scale holds, over the 12 major scales (Mogren 2016; a natural minor
    scale has the notes of its relative major). None without notes."""
    counts = np.zeros(12)
    for planes in tracks:
        for note in planes_to_notes(planes):
            counts[note.pitch % 12] += 1
    if counts.sum() == 0:
        return None
    shares = [sum(counts[(root + degree) % 12] for degree in MAJOR_SCALE) for root in range(12)]
    return float(max(shares) / counts.sum())


def dissonant_pair_share(tracks: Sequence[Planes]) -> float | None:
    """Returns pairs of notes sounding together whose interval modulo the octave is 1, 2, 6, 10 or 11 / all such pairs.

    Two voices on one pitch are a pair (of interval 0). None where no two notes ever sound together.
    """
    if not tracks:
        return None
    together = np.stack([planes[SOUNDING] for planes in tracks]).sum(axis=0, dtype=np.int64)
    pairs = np.zeros(12, dtype=np.int64)
    pairs[0] += int((together * (together - 1) // 2).sum())
    used = np.nonzero(together.any(axis=0))[0]
    span = int(used[-1] - used[0]) if len(used) else 0
    for interval in range(1, span + 1):
        pairs[interval % 12] += int((together[:, :-interval] * together[:, interval:]).sum())
    total = int(pairs.sum())
    return float(pairs[list(DISSONANT_INTERVALS)].sum() / total) if total else None


def polyphonic_rate(tracks: Sequence[Planes]) -> float:
    """Returns steps at which more than two pitches sound, all tracks together / all steps (PP of Dong et al. 2018)."""
    if not tracks or tracks[0].shape[1] == 0:
        return 0.0
    union = np.any([planes[SOUNDING] for planes in tracks], axis=0)
    return float(np.mean(union.sum(axis=1) > 2))


def tonal_distance(first: Planes, second: Planes, bar: BarShape = COMMON_TIME) -> float | None:
    """Returns the mean over beats of the distance between the tonal centroids of two rolls (Harte et al. 2006). 0 to
    about 2.8.

    Beats in which one of them is silent are left out; None when all are.
    """
    one, two = _centroids(first, bar.beat_steps), _centroids(second, bar.beat_steps)
    both = ~(np.isnan(one).any(axis=1) | np.isnan(two).any(axis=1))
    return float(np.mean(np.linalg.norm(one[both] - two[both], axis=1))) if both.any() else None


def _centroids(planes: Planes, beat_steps: int) -> npt.NDArray[np.float64]:
    """Returns the tonal centroid of every beat, [beats, 6]; NaN where the beat is silent."""
    classes = np.arange(12)
    transform = np.stack(
        [
            np.sin(classes * 7 * np.pi / 6),
            np.cos(classes * 7 * np.pi / 6),
            np.sin(classes * 3 * np.pi / 2),
            np.cos(classes * 3 * np.pi / 2),
            0.5 * np.sin(classes * 2 * np.pi / 3),
            0.5 * np.cos(classes * 2 * np.pi / 3),
        ]
    )
    per_step = chroma(planes[SOUNDING])
    beats = -(-per_step.shape[0] // beat_steps)
    padded = np.zeros((beats * beat_steps, 12))
    padded[: per_step.shape[0]] = per_step
    per_beat = padded.reshape(beats, beat_steps, 12).sum(axis=1)
    totals = per_beat.sum(axis=1, keepdims=True)
    normalized = np.divide(per_beat, totals, out=np.full_like(per_beat, np.nan), where=totals > 0)
    return np.asarray(normalized @ transform.T, dtype=np.float64)


def groove_consistency(planes: Planes, bar: BarShape = COMMON_TIME) -> float | None:
    """Returns 1 - mean share of a bar's steps at which the onsets of two neighboring bars differ (Wu & Yang 2020). None
    for fewer than two bars."""
    onsets = np.asarray(bars_of(planes[ONSET], bar).any(axis=2))
    if len(onsets) < 2:
        return None
    return float(1 - np.mean(onsets[1:] != onsets[:-1]))


def measure_composition(
    melody: Planes | None, tracks: Sequence[Planes], bar: BarShape = COMMON_TIME
) -> dict[str, float]:
    """Returns all metrics of one piece, by the names of the progress line. Every value is finite.

    Metrics are means over the accompaniment tracks, with these exceptions: scale consistency is that of their notes
    together, dissonant pairs and the polyphonic rate are those of all that sounds (melody included), tonal distance is
    between the melody and the accompaniment as a whole. A metric that cannot be computed (no note at all, no melody) is
    0; groove consistency is then left out. bar: the shape of the piece's bars.
    """
    if not tracks:
        raise ValueError("there is no track to measure")
    everything = [*tracks] if melody is None else [melody, *tracks]
    accompaniment = np.any(tracks, axis=0)
    qualified = [rate for rate in map(qualified_note_rate, tracks) if rate is not None]
    metrics = {
        "emptyBarRate": float(np.mean([empty_bar_rate(track, bar) for track in tracks])),
        "dissonantPairShare": dissonant_pair_share(everything) or 0.0,
        "qualifiedNoteRate": float(np.mean(qualified)) if qualified else 0.0,
        "scaleConsistency": scale_consistency(tracks) or 0.0,
        "pitchClassesUsed": float(np.mean([pitch_classes_used(track, bar) for track in tracks])),
        "pitchesUsed": float(np.mean([pitches_used(track, bar) for track in tracks])),
        "polyphonicRate": polyphonic_rate(everything),
        "tonalDistance": (tonal_distance(melody, accompaniment, bar) or 0.0) if melody is not None else 0.0,
    }
    groove = [value for track in tracks if (value := groove_consistency(track, bar)) is not None]
    if groove:
        metrics["grooveConsistency"] = float(np.mean(groove))
    return metrics


def mean_metrics(pieces: Sequence[dict[str, float]]) -> dict[str, float]:
    """Returns the mean of each metric over the pieces that have it."""
    names = sorted({name for piece in pieces for name in piece})
    return {name: float(np.mean([piece[name] for piece in pieces if name in piece])) for name in names}
