"""Bodies in chunks: what is read, what is refused, and how much is read before that."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_serving.chunked_body import MAX_LINE_BYTES, MAX_TRAILER_BYTES, read_chunked
from opencomposer_serving.failures import InvocationFailure


def chunked(parts: list[bytes], extension: bytes = b"", trailer: bytes = b"") -> bytes:
    """Returns the parts as chunks, none of which is empty but the last."""
    chunks = [f"{len(part):x}".encode() + extension + b"\r\n" + part + b"\r\n" for part in parts if part]
    return b"".join(chunks) + b"0\r\n" + trailer + b"\r\n"


@given(
    parts=st.lists(st.binary(max_size=40), max_size=10),
    extension=st.sampled_from([b"", b";name=value", b' ; quoted="a;b"']),
    trailer=st.sampled_from([b"", b"Checksum: 1\r\n", b"A: b\r\nC: d\r\n"]),
    after=st.binary(max_size=20),
)
def test_the_parts_are_joined_and_the_next_request_is_left(
    parts: list[bytes], extension: bytes, trailer: bytes, after: bytes
) -> None:
    stream = io.BytesIO(chunked(parts, extension, trailer) + after)
    assert read_chunked(stream, 400) == b"".join(parts)
    assert stream.read() == after


@given(parts=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=10))
def test_the_limit_is_held_to_the_byte(parts: list[bytes]) -> None:
    total = sum(len(part) for part in parts)
    assert len(read_chunked(io.BytesIO(chunked(parts)), total)) == total
    with pytest.raises(InvocationFailure) as refused:
        read_chunked(io.BytesIO(chunked(parts)), total - 1)
    assert refused.value.code == "PAYLOAD_TOO_LARGE"


def test_a_chunk_over_the_limit_is_refused_before_it_is_read() -> None:
    stream = io.BytesIO(b"ffffffff\r\n" + b"x" * 5000)
    with pytest.raises(InvocationFailure) as refused:
        read_chunked(stream, 4)
    assert refused.value.code == "PAYLOAD_TOO_LARGE"
    assert stream.tell() == len(b"ffffffff\r\n")


@given(parts=st.lists(st.binary(max_size=40), max_size=5), cut=st.integers(min_value=1, max_value=300))
def test_a_body_that_is_cut_off_anywhere_is_no_body(parts: list[bytes], cut: int) -> None:
    whole = chunked(parts)
    with pytest.raises(EOFError):
        read_chunked(io.BytesIO(whole[: max(0, len(whole) - cut)]), 400)


@pytest.mark.parametrize(
    "body",
    [
        b"\r\n",
        b"-1\r\nx\r\n0\r\n\r\n",
        b"0x1\r\nx\r\n0\r\n\r\n",
        b"1_0\r\n" + b"x" * 16 + b"\r\n0\r\n\r\n",
        b"123456789\r\nx",
        b"1\nx\r\n0\r\n\r\n",
        b"1\r\nxy\r\n0\r\n\r\n",
        b"2\r\nx\r\n0\r\n\r\n",
        b"0\r\n\n",
        b"1;" + b"e" * MAX_LINE_BYTES + b"\r\nx\r\n0\r\n\r\n",
        b"0\r\n" + b"A: b\r\n" * (MAX_TRAILER_BYTES // 6 + 1) + b"\r\n",
    ],
)
def test_what_is_not_well_formed_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(InvocationFailure) as refused:
        read_chunked(io.BytesIO(body), 400)
    assert refused.value.code == "BAD_REQUEST"
