"""What every process of a class's run needs, imported once in the process that they are forked from.

Importing starts no thread and runs no TensorFlow operation, so a fork is safe; the processes share these pages.
"""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner

import gc

import autograder.grading.ledger
import autograder.grading.tasks
import autograder.judging.judge  # noqa: F401

gc.collect()
gc.freeze()  # shared pages stay shared: the collectors of the processes need not go through them
