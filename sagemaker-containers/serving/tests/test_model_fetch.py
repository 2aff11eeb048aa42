"""Fetching over TLS and by IPv6, and the form of an origin. The rest is tested through the server."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import InvocationFailure
from opencomposer_serving.invocation import ModelReference
from opencomposer_serving.model_fetch import ModelFetcher, Origin, parse_origin

CONTENT = b"a model" * 1000
ONE_ORIGIN = ModelFetcher(origins=[parse_origin("https://a.example")])


class TlsHost:
    """Answers every request with CONTENT over TLS: at once, or with `/drip`, byte by byte."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        subprocess.run(
            [
                *["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
                *["-nodes", "-days", "2", "-subj", "/CN=test"],
                *["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(self.certificate)],
            ],
            check=True,
            capture_output=True,
        )
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self.origin = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with suppress(OSError):
                plain, _ = self._listener.accept()
                with plain, self._context.wrap_socket(plain, server_side=True) as connection:
                    request = connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(CONTENT))
                    if b"GET /drip" in request:
                        while not self._stop.wait(0.02):
                            connection.sendall(b"x")
                    else:
                        connection.sendall(CONTENT)


@pytest.fixture(scope="module")
def tls_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsHost]:
    host = TlsHost(tmp_path_factory.mktemp("tls"))
    yield host
    host.close()


def fetcher(host: TlsHost, *, trusting: bool, total_seconds: float = 10) -> ModelFetcher:
    context = ssl.create_default_context(cafile=str(host.certificate) if trusting else None)
    return ModelFetcher(origins=[parse_origin(host.origin)], total_seconds=total_seconds, tls=context)


def reference(url: str) -> ModelReference:
    return ModelReference("0" * 64, len(CONTENT), url)


def test_a_file_is_fetched_over_tls(tls_host: TlsHost) -> None:
    got = fetcher(tls_host, trusting=True).fetch(reference(f"{tls_host.origin}/model?signature=1"), Deadline.after(10))
    assert got == CONTENT


def test_a_certificate_that_no_one_vouches_for_is_refused(tls_host: TlsHost) -> None:
    with pytest.raises(InvocationFailure) as caught:
        fetcher(tls_host, trusting=False).fetch(reference(f"{tls_host.origin}/model"), Deadline.after(10))
    assert caught.value.code == "MODEL_FETCH_FAILED"
    assert "certificate" in caught.value.message


def test_a_file_that_drips_over_tls_is_given_up_in_time(tls_host: TlsHost) -> None:
    began = time.monotonic()
    with pytest.raises(InvocationFailure) as caught:
        fetcher(tls_host, trusting=True, total_seconds=0.5).fetch(
            reference(f"{tls_host.origin}/drip"), Deadline.after(10)
        )
    assert caught.value.code == "MODEL_FETCH_FAILED"
    assert "too long" in caught.value.message
    assert time.monotonic() - began < 3


def test_the_requests_own_deadline_binds_too(tls_host: TlsHost) -> None:
    began = time.monotonic()
    with pytest.raises(InvocationFailure):
        fetcher(tls_host, trusting=True).fetch(reference(f"{tls_host.origin}/drip"), Deadline.after(0.3))
    assert time.monotonic() - began < 3


def test_a_host_that_accepts_and_says_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        fetcher = ModelFetcher(origins=[parse_origin(origin)], read_seconds=0.3)
        began = time.monotonic()
        with pytest.raises(InvocationFailure) as caught:
            fetcher.fetch(reference(f"{origin}/model"), Deadline.after(10))
        assert caught.value.code == "MODEL_FETCH_FAILED"
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("text", "origin", "printed"),
    [
        (
            "https://Bucket.s3.eu-west-1.amazonaws.com",
            Origin("https", "bucket.s3.eu-west-1.amazonaws.com", 443),
            "https://bucket.s3.eu-west-1.amazonaws.com",
        ),
        ("https://host:8443/", Origin("https", "host", 8443), "https://host:8443"),
        ("http://127.0.0.1:4566", Origin("http", "127.0.0.1", 4566), "http://127.0.0.1:4566"),
        ("http://[::1]:4566", Origin("http", "::1", 4566), "http://[::1]:4566"),
        ("http://localhost", Origin("http", "localhost", 80), "http://localhost"),
    ],
)
def test_origins_are_scheme_host_and_port(text: str, origin: Origin, printed: str) -> None:
    assert parse_origin(text) == origin
    assert str(origin) == printed


@pytest.mark.parametrize(
    "text",
    [
        *["", "host", "ftp://host", "http://host", "http://10.0.0.1", "https://", "https://a@host", "https://host/x"],
        *["https://host?x", "https://host#x", "https://host:0x50", "https://host:70000", "https:// h", "https://h\\st"],
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_origin(text)


@given(st.text(max_size=60) | st.text(alphabet="htps:/@[].?#%-a0\\", max_size=40))
def test_a_url_is_allowed_only_when_it_begins_with_the_allowed_origin(url: str) -> None:
    try:
        ONE_ORIGIN.check(url)
    except InvocationFailure as error:
        assert error.code == "BAD_REQUEST"
    else:
        assert url.lower().startswith(("https://a.example", "https://a.example:443"))
