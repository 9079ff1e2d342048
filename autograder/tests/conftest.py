"""What tests share: keras imported quietly once, and one template that workers are forked from."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

import pytest

from autograder.sandbox.launch import Launcher


@pytest.fixture(scope="session")
def launcher():
    """Starts workers for every test of the session."""
    launcher = Launcher()
    yield launcher
    launcher.close()
