"""Goes on with a piece, or fills bars in, with a network that says what may come next. It imports numpy only.

All random numbers come from (seed, number of the candidate) in one fixed order, so that a seed means the same notes on
every call, unless the time of a call runs out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from opencomposer_music.piano_roll import Note
from opencomposer_music.time_signatures import BarShape

from opencomposer_transformer.candidates import Candidate, EndingGrade, Writer, best_of, grade_ending, tonic_of
from opencomposer_transformer.events import (
    BAR,
    DENSITY_UNKNOWN,
    LEFT_UNKNOWN,
    MOST_LEFT,
    EventColumns,
    EventSequence,
    EventWriter,
    Floats,
    Integers,
    NoteReader,
    Vocabulary,
    VoicedPiece,
    density_levels,
)
from opencomposer_transformer.grammar import Grammar, Stop, Stretch, WritingLimits, kept_notes
from opencomposer_transformer.model_metadata import TransformerMetadata
from opencomposer_transformer.sampling import DrawSettings, ParallelMotion

PARALLELS_WEIGHT = 5.0
"""The weight of the table of parallels, chosen on validation pieces: at 3 parallels from beat to beat are a fifth more,
and nothing else is nearer to Bach."""
TOKENS_A_BAR = 100
"""So many tokens of a bar a network may write on average before time only moves on. Chorales have 24."""


class NextTokens(Protocol):
    """A network that hears events and says what may come next (`cached_network.CachedNetwork`)."""

    def start(self, events: EventColumns, voices: Floats, *, candidates: int = 1) -> Floats:
        """Forgets all and hears events; voices: [batch, voices].

        Returns the logits [batch * candidates, tokens] of what comes next.
        """

    def step(self, events: EventColumns) -> Floats:
        """Hears one more event of each candidate, [candidates, 1]. Returns logits [candidates, tokens]."""

    def keep(self, number: int) -> None:
        """Goes on with one of the candidates alone, whose number counts from 0."""


@dataclass(frozen=True)
class Wishes:
    """What a caller wishes of new music.

    limits: what may be written. cadence: the music ends in its last bar, which the network knows beforehand; without it
    the music is cut at the last bar line. density: a level from 0, or DENSITY_UNKNOWN for any. context_bars: the bars
    before the new music that are heard (beside a gap on either side), None for all that fit. candidates: so many are
    written, of which the best is taken.
    """

    draw: DrawSettings
    limits: WritingLimits
    seed: int
    candidates: int = 1
    cadence: bool = True
    density: int = DENSITY_UNKNOWN
    context_bars: int | None = None


@dataclass(frozen=True)
class Written:
    """New music: the notes of each voice, the step where it begins, how many tokens it took, and what is known of all
    candidates.

    chosen: the number among those that have finished; likelihoods: their mean log probability a token; endings: only
    where a cadence was wished for. is_hurried: candidates were given up because the time ran short.
    """

    voices: tuple[tuple[Note, ...], ...]
    first_step: int
    tokens: int
    chosen: int
    likelihoods: tuple[float, ...]
    endings: tuple[EndingGrade, ...] = ()
    is_hurried: bool = False


@dataclass(frozen=True)
class _Plan:
    """One stretch that is to be written, and all that the network hears before.

    told_bars: see EventWriter.until. opening: the tokens of the stretch with which the prompt ends.
    """

    heard: VoicedPiece
    present: Sequence[bool]
    prompt: EventSequence
    stretch: Stretch
    told_bars: int | None = None
    opening: tuple[int, ...] = ()


def seam_after(bar_shape: BarShape, notes: Iterable[Note]) -> int:
    """Returns the step from which music is gone on with: the first beat after its last note."""
    last = max((note.onset + note.duration for note in notes), default=0)
    return -(-last // bar_shape.beat_steps) * bar_shape.beat_steps


def seam_of(piece: VoicedPiece) -> int:
    """Returns the step from which a piece is gone on with."""
    return seam_after(piece.bar_shape, itertools.chain.from_iterable(piece.voices))


def extend(
    network: NextTokens,
    metadata: TransformerMetadata,
    piece: VoicedPiece,
    present: Sequence[bool],
    bars: int,
    wishes: Wishes,
    before_each_token: Callable[[], None] = lambda: None,
    *,
    seam: int | None = None,
    is_late: Callable[[], bool] = lambda: False,
) -> Written:
    """Goes on with a piece until it has `bars` bars in all.

    piece: what the voices of the line-up have so far; present: the voices that go on, [voices], silent ones too. seam:
    the step of the first new note, if other music than this lasts longer. is_late: from when it returns True, only one
    candidate is written to its end, and none if another has ended.

    A piece without a note begins anew. Raises NotFinite, and ValueError if no room is left.
    """
    seam, size = seam_of(piece) if seam is None else seam, piece.bar_shape.steps
    stretch = Stretch(piece.bar_shape, seam, bars - 1, "end" if wishes.cadence else "bar line")
    if seam >= stretch.stop_step:
        raise ValueError(f"the music lasts until step {seam}, but must end before step {stretch.stop_step}")
    writer = EventWriter(metadata.vocabulary, piece, present)
    told_bars = bars if wishes.cadence else None
    density = _told_density(metadata, piece, present, wishes, range(seam // size, bars))
    # A network has to hear something, so the first bar line is told to it where there is no music yet.
    heard_step = max(1, seam)
    heard_bars = -(-heard_step // size)

    def last_bars(count: int) -> EventSequence:
        return writer.until(heard_step, heard_bars - count, bars=told_bars, density=density)

    prompt = _longest_that_fits(last_bars, heard_bars, wishes, metadata.context, bars - heard_bars + 1)
    plan = _Plan(piece, present, prompt, stretch, told_bars, (BAR,) if seam == 0 else ())
    return _write(network, metadata, plan, wishes, before_each_token, is_late)


def fill(
    network: NextTokens,
    metadata: TransformerMetadata,
    piece: VoicedPiece,
    present: Sequence[bool],
    gap: tuple[int, int],
    wishes: Wishes,
    before_each_token: Callable[[], None] = lambda: None,
) -> Written:
    """Writes the bars gap[0]..gap[1] - 1 of a piece anew, with what is before and after them heard.

    The notes that start in these bars are not heard. One that lasts into them from before is kept to its end. Where the
    gap reaches the end of the piece, the music may end with a cadence. Raises NotFinite.
    """
    size = piece.bar_shape.steps
    low, high = gap[0] * size, gap[1] * size
    outside = tuple(tuple(note for note in notes if not low <= note.onset < high) for notes in piece.voices)
    heard = replace(piece, voices=outside)
    writer = EventWriter(metadata.vocabulary, heard, present)
    stop: Stop = "end" if gap[1] == piece.bars and wishes.cadence else "gap"
    density = _told_density(metadata, heard, present, wishes, range(*gap))

    def around(count: int) -> EventSequence:
        return writer.around(gap, max(0, gap[0] - count), min(piece.bars, gap[1] + count), density=density)

    longer_side = max(gap[0], piece.bars - gap[1], 1)
    prompt = _longest_that_fits(around, longer_side, wishes, metadata.context, gap[1] - gap[0])
    plan = _Plan(heard, present, prompt, Stretch(piece.bar_shape, low, gap[1] - 1, stop))
    return _write(network, metadata, plan, wishes, before_each_token)


def _told_density(
    metadata: TransformerMetadata, piece: VoicedPiece, present: Sequence[bool], wishes: Wishes, new: range
) -> Integers | None:
    """Returns the density that is told for each bar: the given one, and in new bars the one that is wished for."""
    if wishes.density == DENSITY_UNKNOWN:
        return None
    levels = density_levels(replace(piece, bars=max(piece.bars, new.stop)), present, metadata.density_edges)
    levels[new.start :] = np.where(np.isin(np.arange(new.start, len(levels)), new), wishes.density, levels[new.start :])
    return levels


def _longest_that_fits(
    prompt_of: Callable[[int], EventSequence], bars: int, wishes: Wishes, context: int, new_bars: int
) -> EventSequence:
    """Returns the prompt of as many bars as are wished for and leave room for the new ones in what the network has
    learned to hear. At least one bar is heard, and at most half of the room is left to new ones."""
    most = bars if wishes.context_bars is None else max(1, min(bars, wishes.context_bars))
    prompt = prompt_of(most)
    while most > 1:
        room = min(context // 2, new_bars * len(prompt) // most)
        if len(prompt) + room <= context:
            break
        most -= 1
        prompt = prompt_of(most)
    return prompt


def _write(
    network: NextTokens,
    metadata: TransformerMetadata,
    plan: _Plan,
    wishes: Wishes,
    before_each_token: Callable[[], None],
    is_late: Callable[[], bool] = lambda: False,
) -> Written:
    vocabulary, stretch, present = metadata.vocabulary, plan.stretch, plan.present
    kept = kept_notes(plan.heard, present, stretch.first_step)
    grammar = Grammar(vocabulary, stretch, wishes.limits, present, kept)
    for token in plan.opening:
        grammar.push(token)
    new_bars = stretch.last_bar - grammar.bar + 1
    writer = Writer(
        vocabulary,
        wishes.draw,
        ParallelMotion(vocabulary, metadata.parallels, PARALLELS_WEIGHT),
        min(TOKENS_A_BAR * new_bars, 2 * metadata.context),
    )
    candidates = [Candidate(writer, grammar.copy(), wishes.seed, number) for number in range(wishes.candidates)]
    is_hurried = False
    for first in range(0, len(candidates), metadata.candidates_at_once):
        if first > 0 and is_late():
            is_hurried = True
            break
        group = candidates[first : first + metadata.candidates_at_once]
        is_hurried |= _write_together(network, metadata, plan, wishes.density, group, before_each_token, is_late)
    return replace(_chosen(candidates, vocabulary, plan), is_hurried=is_hurried)


def _write_together(
    network: NextTokens,
    metadata: TransformerMetadata,
    plan: _Plan,
    density: int,
    candidates: Sequence[Candidate],
    before_each_token: Callable[[], None],
    is_late: Callable[[], bool],
) -> bool:
    """Lets candidates draw tokens until all have finished. Returns True if some were given up because it was late.

    Where it is late, those that have not finished are given up, if one has; otherwise the likeliest goes on alone, as
    it does where the caches grow too large for what all may take.
    """
    prompt, first_place = plan.prompt, metadata.vocabulary.first_place(plan.stretch.bar_shape)
    logits = network.start(prompt.columns, prompt.voices[np.newaxis], candidates=len(candidates))
    most_heard = metadata.most_heard_together(len(candidates))
    is_hurried, heard = False, len(prompt)
    while True:
        before_each_token()
        if len(candidates) > 1 and (heard >= most_heard or is_late()):
            is_hurried = heard < most_heard
            if is_hurried and any(candidate.grammar.finished for candidate in candidates):
                return True
            number = _likeliest_to_go_on(candidates)
            candidates, logits = [candidates[number]], logits[number : number + 1]
            network.keep(number)
        for candidate, row in zip(candidates, logits, strict=True):
            if not candidate.grammar.finished:
                candidate.take(row)
        if all(candidate.grammar.finished for candidate in candidates):
            return is_hurried
        # A candidate that has ended hears its last token again, and is not asked any more.
        grammars = [candidate.grammar for candidate in candidates]
        bars = plan.told_bars
        columns = (
            [candidate.tokens[-1] for candidate in candidates],
            [first_place + grammar.place for grammar in grammars],
            [LEFT_UNKNOWN if bars is None else min(bars - 1 - grammar.bar, MOST_LEFT) for grammar in grammars],
            [density] * len(candidates),
            [grammar.step for grammar in grammars],
        )
        logits = network.step(EventColumns(*(np.array(column)[:, np.newaxis] for column in columns)))
        heard += 1


def _likeliest_to_go_on(candidates: Sequence[Candidate]) -> int:
    """Returns the number of the likeliest of the candidates that have not finished."""
    unfinished = [number for number, candidate in enumerate(candidates) if not candidate.grammar.finished]
    return max(unfinished, key=lambda number: (candidates[number].mean_likelihood, -number))


def _chosen(written: Sequence[Candidate], vocabulary: Vocabulary, plan: _Plan) -> Written:
    """Returns the music of the best candidate that has finished. At least one has."""
    candidates = [candidate for candidate in written if candidate.grammar.finished]
    music = [_notes_of([*plan.opening, *candidate.tokens], vocabulary, plan.stretch) for candidate in candidates]
    likelihoods = tuple(candidate.mean_likelihood for candidate in candidates)
    endings: tuple[EndingGrade, ...] = ()
    if plan.stretch.stop == "end":
        tonic, beat_steps = tonic_of(plan.heard), plan.stretch.bar_shape.beat_steps
        endings = tuple(grade_ending(voices, tonic, beat_steps) for voices in music)
    chosen = best_of(likelihoods, endings or None)
    tokens = len(candidates[chosen].tokens)
    return Written(music[chosen], plan.stretch.first_step, tokens, chosen, likelihoods, endings)


def _notes_of(tokens: Sequence[int], vocabulary: Vocabulary, stretch: Stretch) -> tuple[tuple[Note, ...], ...]:
    reader = NoteReader(vocabulary, stretch.bar_shape, stretch.first_step)
    for token in tokens if tokens[-1] != BAR else tokens[:-1]:
        reader.read(token)
    if tokens[-1] == BAR:
        reader.finish(stretch.stop_step)
    return tuple(tuple(sorted(notes)) for notes in reader.notes)
