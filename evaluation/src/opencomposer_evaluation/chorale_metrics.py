"""What is counted in a whole piece in four lines, and the statistics made from the counts of many pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from opencomposer_music.cadences import count_closes, ends_in_root_position, moves_under_last_note
from opencomposer_music.chords import count_chords
from opencomposer_music.dissonances import count_dissonances
from opencomposer_music.phrase_ends import derive_phrase_ends
from opencomposer_music.voice_lines import VoiceLines
from opencomposer_training.dataset import Piece

from opencomposer_evaluation.bass_rhythm import count_bass_attacks
from opencomposer_evaluation.intervals import Statistic
from opencomposer_evaluation.parallels import beat_parallels, parallels
from opencomposer_evaluation.voice_order import count_outside_the_tune, count_voice_order
from opencomposer_evaluation.window_metrics import share


def phrase_end_onsets(piece: Piece) -> tuple[int, ...]:
    """Returns the steps at which the melody notes start that end a phrase: the fermatas of the corpus, and for a piece
    without any what is derived from its melody."""
    if piece.marked_phrase_ends is not None:
        return piece.marked_phrase_ends
    return tuple(derive_phrase_ends(piece.planes[0]))


def measure_chorale(lines: VoiceLines, phrase_ends: Collection[int]) -> dict[str, float]:
    """Returns the counts of one piece, to be summed over pieces. phrase_ends: see phrase_end_onsets."""
    on_beats = beat_parallels(lines.pitches)
    return {
        "pieces": 1,
        "bars": lines.bars,
        **parallels(lines.pitches),
        "beatFifths": on_beats["fifths"],
        "beatOctaves": on_beats["octaves"],
        **count_chords(lines),
        **count_closes(lines, phrase_ends),
        "rootPositionEnds": ends_in_root_position(lines),
        "restlessEnds": moves_under_last_note(lines),
        **count_dissonances(lines),
        **count_bass_attacks(lines),
        **count_voice_order(lines),
        **count_outside_the_tune(lines),
    }


def chorale_statistics() -> Mapping[str, Statistic]:
    """Returns every statistic by its name in evaluation.json."""
    return {
        "parallelFifthsPer1000": lambda sums: 1000 * sums["fifths"] / sums["similarMotion"],
        "parallelOctavesPer1000": lambda sums: 1000 * sums["octaves"] / sums["similarMotion"],
        "beatFifthsPer100Bars": lambda sums: 100 * sums["beatFifths"] / sums["bars"],
        "beatOctavesPer100Bars": lambda sums: 100 * sums["beatOctaves"] / sums["bars"],
        "beatParallelsPer100Bars": lambda sums: 100 * (sums["beatFifths"] + sums["beatOctaves"]) / sums["bars"],
        "phrasesClosed": share("closed", "phrases"),
        "phrasesHalfClosed": share("half", "phrases"),
        "phrasesOnAnotherTriad": share("otherTriad", "phrases"),
        "phrasesOpen": share("open", "phrases"),
        "lastChordInRootPosition": share("rootPositionEnds", "pieces"),
        "movesUnderLastNote": share("restlessEnds", "pieces"),
        "chordBeats": share("chordBeats", "beats"),
        "seventhBeats": share("seventhBeats", "beats"),
        "vagueBeats": share("vagueBeats", "beats"),
        "leaptIntoDissonancesPerBar": share("leaptInto", "bars"),
        "dissonancesLeftByLeap": share("leftByLeap", "left"),
        "bassOffBeat": share("bassOffBeat", "bassNotes"),
        "bassTiedPerBar": share("bassTied", "bars"),
        "aboveTune": share("aboveTune", "tune"),
        "fourVoices": share("fourVoices", "tune"),
        "crossed": share("crossed", "steps"),
        "wide": share("wide", "steps"),
        "stepsBeforeTune": share("beforeTune", "upbeats"),
        "stepsAfterTune": share("afterTune", "pieces"),
    }
