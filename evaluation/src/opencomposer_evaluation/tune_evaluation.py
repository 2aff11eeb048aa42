"""Harmonizes the tunes that people bring, as a server would, and counts the faults that a listener hears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import fmean
from typing import Generic, TypeVar

from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import BEATS_PER_BAR, STEPS_PER_BAR, notes_to_planes
from opencomposer_music.voice_lines import VoiceLines, as_voices, lower_lines
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest, Melody, ModelReference
from opencomposer_serving.technique import Technique

from opencomposer_evaluation.report import Report, Section, Table, number, percent
from opencomposer_evaluation.tune_faults import FAULTS, OTHER_FIGURES, faults_in, mean_figures, tonic_missed
from opencomposer_evaluation.user_tunes import UserTune

SEEDS = 3
SECONDS = 600.0
"""The time that one tune may take. A server gives less, but this machine may be busy."""

ModelT = TypeVar("ModelT")


@dataclass(frozen=True)
class Harmonizer(Generic[ModelT]):
    """A technique with a loaded model, and the parameters of its calls that are not the defaults."""

    technique: Technique[ModelT]
    model: ModelT
    reference: ModelReference
    parameters: Mapping[str, ParameterValue]

    def harmonize(self, tune: UserTune, seed: int) -> VoiceLines:
        """Returns what a server answers to a tune in 4/4, as lines. Raises InvocationFailure."""
        document = self.technique.document
        request = InvocationRequest(
            document.id,
            self.reference,
            seed,
            Melody(tune.bars, tune.notes),
            document.parameters.completed(self.parameters),
        )
        response = self.technique.generate(self.model, request, Deadline.after(SECONDS))
        steps = tune.bars * STEPS_PER_BAR
        melody = notes_to_planes(tune.notes, steps)
        tracks = {track.name: notes_to_planes(track.notes, steps) for track in response.tracks}
        return as_voices(melody, lower_lines(tracks, melody))


def load_harmonizer(
    technique: Technique[ModelT], content: bytes, parameters: Mapping[str, ParameterValue]
) -> Harmonizer[ModelT]:
    """Returns a harmonizer with the model of a file. Raises ModelRejected."""
    reference = ModelReference(sha256(content).hexdigest(), len(content), None)
    return Harmonizer(technique, technique.load(content), reference, parameters)


@dataclass(frozen=True)
class TuneResult:
    """A tune, its mean figures by name (none where it was refused), the faults that it has, and whether its first chord
    is another than the tonic that it begins on (of each seed; empty for tunes that begin elsewhere)."""

    tune: UserTune
    figures: Mapping[str, float]
    faults: Sequence[str]
    missed_tonics: Sequence[bool]

    @property
    def refused(self) -> bool:
        """Returns True if the technique does not take the tune's time signature."""
        return not self.figures

    @property
    def is_free(self) -> bool:
        """Returns True if the tune was harmonized without any fault."""
        return not self.refused and not self.faults


def judge_tunes(
    tunes: Sequence[UserTune], harmonize: Callable[[UserTune, int], VoiceLines], seeds: int = SEEDS
) -> list[TuneResult]:
    """Harmonizes each tune under several seeds. Models play in 4/4, so tunes in other time signatures are refused."""
    results: list[TuneResult] = []
    for tune in tunes:
        if tune.beats_per_bar != BEATS_PER_BAR:
            results.append(TuneResult(tune, {}, (), ()))
            continue
        played = [harmonize(tune, seed) for seed in range(seeds)]
        figures = mean_figures(played)
        missed = [answer for answer in map(tonic_missed, played) if answer is not None]
        results.append(TuneResult(tune, figures, faults_in(figures), missed))
    return results


def tune_report(technique: str, model: str, results: Sequence[TuneResult], wanted: int) -> Report:
    """Returns the report on tunes. model: the sha256 of the model's file; wanted: how many should be free of faults."""
    free = sum(result.is_free for result in results)
    verdict = "reached" if free >= wanted else "not reached"
    harmonized = [result for result in results if not result.refused]
    introduction = (
        f"{len(results)} tunes of {len({result.tune.kind for result in results})} kinds (user_tunes.json), each "
        f"harmonized under {SEEDS} seeds as a server would. A tune has a fault when the mean of its seeds is beyond "
        f"the limit. Free of all {len(FAULTS)}: **{free} of {len(results)}** (goal: at least {wanted}; {verdict}). "
        f"{len(results) - len(harmonized)} tunes in other time signatures than 4/4 were refused, and count as not free."
    )
    data = {
        "tunes": len(results),
        "free": free,
        "wanted": wanted,
        "refused": len(results) - len(harmonized),
        "faults": {fault.name: sum(fault.name in result.faults for result in results) for fault in FAULTS},
        "results": [
            {
                "tune": result.tune.name,
                "kind": result.tune.kind,
                "refused": result.refused,
                "faults": list(result.faults),
                "figures": {name: round(value, 4) for name, value in result.figures.items()},
            }
            for result in results
        ],
    }
    tables = [_fault_table(harmonized), _other_table(harmonized), _kind_table(results), _tune_table(results)]
    section = Section("userTunes", "Tunes that people bring", introduction, tables, data)
    return Report(f"{technique}, tunes that people bring", {"technique": technique, "model": model}, [section])


def _fault_table(harmonized: Sequence[TuneResult]) -> Table:
    rows = [
        [
            fault.name,
            fault.limit,
            str(sum(fault.name in result.faults for result in harmonized)),
            number(fmean(result.figures[fault.name] for result in harmonized), 2),
        ]
        for fault in FAULTS
    ]
    return Table(["fault", "limit", f"tunes of {len(harmonized)}", "mean figure"], rows)


def _other_table(harmonized: Sequence[TuneResult]) -> Table:
    rows = [[name, number(fmean(result.figures[name] for result in harmonized), 2)] for name in OTHER_FIGURES]
    missed = [answer for result in harmonized for answer in result.missed_tonics]
    begin = sum(bool(result.missed_tonics) for result in harmonized)
    share = percent(fmean(missed), 0) if missed else "-"
    rows.append([f"tonic missed at the first bar line ({begin} tunes that begin on it)", share])
    return Table(["other figures, without a limit", "mean"], rows)


def _kind_table(results: Sequence[TuneResult]) -> Table:
    rows = []
    for kind in dict.fromkeys(result.tune.kind for result in results):
        of_kind = [result for result in results if result.tune.kind == kind]
        counted = Counter(fault for result in of_kind for fault in result.faults)
        rows.append(
            [
                kind,
                f"{sum(result.is_free for result in of_kind)} of {len(of_kind)}",
                str(sum(result.refused for result in of_kind)),
                ", ".join(f"{name} {count}" for name, count in counted.most_common()) or "-",
            ]
        )
    return Table(["kind", "free of all", "refused", "faults"], rows)


def _tune_table(results: Sequence[TuneResult]) -> Table:
    rows = [
        [
            result.tune.name,
            result.tune.kind,
            result.tune.source,
            "refused" if result.refused else ", ".join(result.faults) or "-",
        ]
        for result in results
    ]
    return Table(["tune", "kind", "source", "faults"], rows)
