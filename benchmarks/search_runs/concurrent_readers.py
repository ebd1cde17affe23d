"""Readers beside a writer, each in a process of its own that asks and pauses as people do."""

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
    from benchmarks.search_runs.documents import Archive
    from benchmarks.search_runs.queries import Query
    from benchmarks.search_runs.timing import Times

READERS = 3
PAUSE = 0.05  # seconds between two searches of a reader, at the most
WRITTEN = 100  # articles in a commit
WRITER_PAUSE = 0.5  # seconds between two commits


def beside_a_writer(archive: Archive, queries: Sequence[Query], seconds: float) -> Times:
    """Return what READERS readers measured in so many seconds while articles were changed."""
    from benchmarks.search_runs.timing import Times

    context = get_context("spawn")
    ended = context.Event()
    times = Times()
    processes: list[SpawnProcess] = []
    pipes: list[Connection] = []

    def start(target: Callable[..., None], *arguments: object, told: object) -> None:
        here, there = context.Pipe()
        process = context.Process(target=target, args=(there, *arguments))
        process.start()
        there.close()  # so that the end of the process is seen as the end of the pipe
        here.send(told)  # read when Django is set up on the other side
        processes.append(process)
        pipes.append(here)

    try:
        for number in range(READERS):
            start(_read, number, seconds, told=list(queries))
        start(_write, ended, told=archive)
        for pipe in pipes[:READERS]:
            times.add(pipe.recv())
    finally:
        ended.set()
        for process in processes:
            process.join(30)
            process.kill()
    return times


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "archive_site.settings"
    django.setup()


def _read(pipe: Connection, number: int, seconds: float) -> None:
    _set_up()
    from articles.searching.backend import backend
    from benchmarks.search_runs.index import IDENTITY, SECONDS
    from benchmarks.search_runs.timing import Times, deep_place, steps

    queries: list[Query] = pipe.recv()
    gc.collect()
    gc.freeze()  # as gunicorn.conf.py does
    rng = random.Random(number)  # noqa: S311 - chance, no secret
    times = Times()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        query = rng.choice(queries)
        with backend().reader(IDENTITY, SECONDS) as reader:
            deep = deep_place(reader, query)
            for name, step in steps(reader, query, deep).items():
                times.time((query.kind, name), step)
        time.sleep(rng.uniform(0, PAUSE))
    pipe.send(times)


def _write(pipe: Connection, ended: Event) -> None:
    _set_up()
    from articles.searching.backend import backend
    from benchmarks.search_runs.index import IDENTITY

    archive: Archive = pipe.recv()
    rng = random.Random("writer")  # noqa: S311 - chance, no secret
    edition = 1
    while not ended.wait(WRITER_PAUSE):
        numbers = rng.sample(range(archive.size), min(WRITTEN, archive.size))
        documents = [archive.document(number, edition) for number in numbers]
        index = backend()
        with index.lock(wait=True), index.writer(IDENTITY) as writer:
            writer.put(documents)
        edition += 1
