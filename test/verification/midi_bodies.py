"""Bodies of every media type of MIDI files for Schemathesis: files that are right, nearly right, and no files.

Schemathesis has no bodies of its own for these media types.

Loaded by `test/verification/verify-api.ts` as the `hooks` of its Schemathesis configuration.
"""

import schemathesis
from hypothesis import strategies as st

END_OF_TRACK = b"\x00\xff\x2f\x00"


def note(pitch: int, velocity: int, ticks: int) -> bytes:
    """Returns one note, on at once and off after up to 127 ticks."""
    return bytes([0, 0x90, pitch, velocity, ticks, 0x80, pitch, 0])


def chunk(kind: bytes, data: bytes) -> bytes:
    """Returns a chunk with its true length."""
    return kind + len(data).to_bytes(4, "big") + data


def midi_file(form: int, division: int, tracks: list[bytes]) -> bytes:
    """Returns a Standard MIDI File of these tracks' events."""
    header = b"".join(number.to_bytes(2, "big") for number in (form, len(tracks), division))
    return chunk(b"MThd", header) + b"".join(chunk(b"MTrk", events + END_OF_TRACK) for events in tracks)


notes = st.builds(note, st.integers(0, 127), st.integers(1, 127), st.integers(1, 127))
odd_events = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"\x00\xff\x60\x01\x00", b"\x00\xf7\x01\x00", b"\x00\xff\x58\x04\x03\x02\x18\x08", b"\x00\x90\x3c\x40"]
    ),
)
good_tracks = st.lists(notes, min_size=1, max_size=20).map(b"".join)
odd_tracks = st.lists(st.one_of(notes, odd_events), max_size=20).map(b"".join)
good_files = st.builds(midi_file, st.just(1), st.just(96), st.lists(good_tracks, min_size=1, max_size=3))
odd_files = st.builds(
    midi_file, st.integers(0, 3), st.sampled_from([0, 1, 96, 480, 0xE728]), st.lists(odd_tracks, max_size=3)
)

for media_type in (
    "audio/midi",
    "audio/mid",
    "audio/x-midi",
    "audio/sp-midi",
    "application/x-midi",
    "application/octet-stream",
):
    schemathesis.openapi.media_type(media_type, st.one_of(good_files, odd_files, st.binary(max_size=200)))
