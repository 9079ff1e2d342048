"""Parallel text for the course: English–Spanish sentences made here, and real pairs from Tatoeba.

`generate` needs no download and gives the same pairs for the same seed on every machine: sentences of a small
grammar, always well formed and not always sensible. `split` parts pairs for training and testing. `load_tatoeba`
fetches sentences that people wrote.
"""

from course.toolkit.corpus.generating import generate
from course.toolkit.corpus.splitting import Split, split
from course.toolkit.corpus.tatoeba import load_tatoeba

__all__ = ["Split", "generate", "load_tatoeba", "split"]
