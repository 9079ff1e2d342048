"""How the processes of a pool are started: forked from one that has imported what they need, where that can be had."""

import functools
import multiprocessing
import os
import sys
import tempfile
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.context import BaseContext
from unittest.mock import patch

from autograder.grading.guardian import Guardian
from autograder.grading.interrupts import withheld_interrupts

_ONE_THREAD = {  # what runs beside others computes on one core
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
_LONGEST_FOLDER = 60  # characters of a path in which there is room for a socket


def get_ready() -> None:
    """Let a process begin to import what the processes of a pool need, seconds before there is one."""
    context()


@functools.cache
def guardian() -> Guardian:
    """The guardian of all runs of this process."""
    from autograder.sandbox.cgroup import parents

    guardian = Guardian()
    for parent in parents():
        guardian.watch_groups(parent)
    return guardian


def watch_folder(folder: str) -> None:
    """Let this folder be removed with this process, however that ends."""
    guardian().watch_folder(folder)


def context() -> BaseContext:
    """How processes are started: forked from one that has imported what they need, where that can be had.

    It lives as long as this process, and is forked from by every run in it.
    """
    with withheld_interrupts():
        resource_tracker.ensure_running()  # started with the first process, it would let Ctrl-C through to that one
    if sys.platform != "linux" or os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return multiprocessing.get_context("spawn")
    watch_folder(_folder_of_sockets())
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["autograder.grading.preloaded"])
    with withheld_interrupts(), patch.dict(os.environ, _ONE_THREAD):
        forkserver.ensure_running()
    guardian().watch_process(forkserver._forkserver._forkserver_pid)
    return server


def _folder_of_sockets() -> str:
    """The folder that `multiprocessing` makes its sockets in: their names must be short, whatever `TMPDIR` is."""
    usual = tempfile.gettempdir()
    with patch.object(tempfile, "tempdir", usual if len(usual) <= _LONGEST_FOLDER else "/tmp"):
        return util.get_temp_dir()
