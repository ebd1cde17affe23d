"""Readers and a concurrent writer, each in a separate process; readers pause as people do."""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from benchmarks.search_runs.documents import GeneratedArchive
    from benchmarks.search_runs.queries import Query
    from benchmarks.search_runs.timing import Times

READERS = 3
PAUSE = 0.05  # maximum of seconds between two searches of a reader
BATCH = 100  # articles in a commit
WRITER_PAUSE = 0.5  # seconds between two commits


def time_beside_writer(
    archive: GeneratedArchive, queries: Sequence[Query], seconds: float
) -> Times:
    """Return the times of READERS readers over ``seconds``, while a writer changes articles."""
    from benchmarks.search_runs.timing import Times

    context = get_context("spawn")
    stopped = context.Event()
    times = Times()
    processes: list[SpawnProcess] = []
    pipes: list[Connection] = []

    def start(target: Callable[..., None], *arguments: object, payload: object) -> None:
        parent_end, child_end = context.Pipe()
        process = context.Process(target=target, args=(child_end, *arguments))
        process.start()
        child_end.close()  # so that the pipe ends when the process ends
        parent_end.send(payload)  # the child reads it after Django is set up
        processes.append(process)
        pipes.append(parent_end)

    try:
        for number in range(READERS):
            start(_run_reader, number, seconds, payload=list(queries))
        start(_run_writer, stopped, payload=archive)
        for pipe in pipes[:READERS]:
            times.add(pipe.recv())
    finally:
        stopped.set()
        for process in processes:
            process.join(30)
            process.kill()
    return times


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "archive_site.settings"
    django.setup()


def _run_reader(pipe: Connection, number: int, seconds: float) -> None:
    _set_up()
    from articles.searching.backend import get_backend
    from benchmarks.search_runs.index import IDENTITY, SECONDS
    from benchmarks.search_runs.timing import Times, position_of_page_50, steps

    queries: list[Query] = pipe.recv()
    gc.collect()
    gc.freeze()  # as gunicorn.conf.py does
    rng = random.Random(number)  # noqa: S311 - chance, no secret
    times = Times()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        query = rng.choice(queries)
        with get_backend().reader(IDENTITY, SECONDS) as reader:
            deep = position_of_page_50(reader, query)
            for name, step in steps(reader, query, deep).items():
                times.time((query.kind, name), step)
        time.sleep(rng.uniform(0, PAUSE))
    pipe.send(times)


def _run_writer(pipe: Connection, stopped: Event) -> None:
    _set_up()
    from articles.searching.backend import get_backend
    from benchmarks.search_runs.index import IDENTITY

    archive: GeneratedArchive = pipe.recv()
    rng = random.Random("writer")  # noqa: S311 - chance, no secret
    edition = 1
    while not stopped.wait(WRITER_PAUSE):
        numbers = rng.sample(range(archive.size), min(BATCH, archive.size))
        documents = [archive.document(number, edition) for number in numbers]
        index = get_backend()
        with index.lock(wait=True), index.writer(IDENTITY) as writer:
            writer.upsert(documents)
        edition += 1
