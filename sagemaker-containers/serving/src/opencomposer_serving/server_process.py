"""The serving process: reads the settings from the environment, runs the server, and ends it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from opencomposer_serving.allocator import use_few_arenas
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.event_log import EventLog
from opencomposer_serving.inside_model_process import run_model_process
from opencomposer_serving.loaded_model import LoadedModel, TrustedModel
from opencomposer_serving.model_cache import ModelCache, ModelFileCache, Source
from opencomposer_serving.model_fetch import ModelFetcher
from opencomposer_serving.model_process import SOCKET_VARIABLE, open_in_process
from opencomposer_serving.server import InferenceServer, Invoker
from opencomposer_serving.settings import ServingSettings, SettingsError, read_settings
from opencomposer_serving.stock_models import find_stock_models
from opencomposer_serving.technique import Technique
from opencomposer_serving.usable_cores import usable_cores

ModelT = TypeVar("ModelT")

MAX_MODEL_PROCESSES = 4
"""The maximum number of model processes at once. Each may hold some 340 MiB, and a serverless endpoint has 2 GiB."""


def run_server(
    make_technique: Callable[[ServingSettings], Technique[ModelT]],
    stop: threading.Event,
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Serves one technique until `stop` is set and returns the process's exit code.

    Prints one JSON line `{"event":"ready", "host", "port", …}` when it listens. Models that are not part of the image
    run in processes of their own: the same program, started with OPENCOMPOSER_MODEL_PROCESS.
    """
    started = time.perf_counter()
    use_few_arenas()
    log = EventLog()
    try:
        settings = read_settings(environment)
    except SettingsError as error:
        log.event("start-failed", message=str(error))
        return 1
    technique = make_technique(settings)
    inherited = environment.get(SOCKET_VARIABLE)
    if inherited is not None:
        return run_model_process(technique, int(inherited), settings.threads or usable_cores())

    def load(content: bytes, source: Source, deadline: Deadline) -> LoadedModel:
        if source == "stock":
            return TrustedModel(technique, technique.load(content))
        return open_in_process(content, deadline)

    stock = find_stock_models(
        directory=settings.stock_models_dir,
        technique=technique.document.id,
        max_model_bytes=settings.model_max_bytes,
        log=log,
    )
    try:
        files = (
            None
            if settings.cache_dir is None
            else ModelFileCache(directory=settings.cache_dir, capacity_bytes=settings.cache_bytes)
        )
        models: ModelCache[LoadedModel] = ModelCache(
            load=load,
            close=lambda model: model.close(),
            is_spent=lambda model: model.spent,
            fetcher=ModelFetcher(origins=settings.model_origins),
            stock={model.sha256: model.path for model in stock},
            files=files,
            capacity_bytes=settings.memory_bytes,
            max_fetched=MAX_MODEL_PROCESSES,
            log=log,
        )
        invoker = Invoker(
            technique=technique,
            models=models,
            max_model_bytes=settings.model_max_bytes,
            request_seconds=settings.request_seconds,
        )
        server = InferenceServer(host=settings.host, port=settings.port, invoker=invoker, log=log)
    except OSError as error:
        log.event("start-failed", message=f"{error.strerror or error} ({settings.host}:{settings.port})")
        return 1
    log.event(
        "ready",
        technique=technique.document.id,
        host=settings.host,
        port=server.port,
        stockModels=[{"id": model.model_id, "sha256": model.sha256, "bytes": model.bytes} for model in stock],
        seconds=round(time.perf_counter() - started, 3),
    )
    finished = server.serve_until_stopped(stop)
    models.close()
    log.event("stopped", finished=finished)
    if not finished:
        # A thread is still inside ONNX Runtime, which must not outlive the interpreter's clean end.
        sys.stdout.flush()
        os._exit(1)
    return 0
