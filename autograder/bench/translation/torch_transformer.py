"""PyTorch's `nn.Transformer` at the size of the course's model, put together as PyTorch's own tutorial does it.

Token vectors times √D plus sines and cosines, `nn.Transformer`, a linear layer to the vocabulary, cross-entropy without
padding, batches of random pairs padded to their longest, Adam with β₂ = 0.98. The tutorial trains for hours at a rate
of 1e-4; in minutes that brings next to nothing, so this one has the paper's rate, a warm-up, norms before the branches
and no dropout. (docs.pytorch.org: nn.Transformer; “Language Translation with nn.Transformer and torchtext”)
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from autograder.bench.translation.clocked_training import Batch
from autograder.bench.translation.ids import END, PAD, START, UNKNOWN, padded
from autograder.bench.translation.shared_text import SharedText

WIDTH, HEADS, HIDDEN, LAYERS, LONGEST, BATCH = 256, 8, 512, 2, 40, 64
WARM_UP = 1000


class TorchTransformer:
    """The tutorial's model in its own training, on a GPU where there is one."""

    def __init__(self, text: SharedText, seed: int):
        torch.manual_seed(seed)
        self._text = text
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = _Model(*map(len, text.vocabularies)).to(self._device)
        self._adam = torch.optim.Adam(self.model.parameters(), lr=WIDTH**-0.5, betas=(0.9, 0.98), eps=1e-9)
        self._rate = torch.optim.lr_scheduler.LambdaLR(self._adam, _relative_rate)
        self._loss = nn.CrossEntropyLoss(ignore_index=PAD)
        self.batches = _batches(text, seed)
        self.parameters = sum(one.numel() for one in self.model.parameters())

    def warm_up(self) -> None:
        """One pass without an update: PyTorch makes no graphs, but the first pass starts its threads."""
        self._loss_of(self.batches[0]).backward()
        self.model.zero_grad()

    def update(self, batch: Batch) -> None:
        self._adam.zero_grad()
        loss = self._loss_of(batch)
        loss.backward()
        self._adam.step()
        self._rate.step()
        loss.item()  # waits for a GPU, as the clock must

    def after(self, share: float) -> None:
        """Nothing: only the course's training has use for it."""

    @torch.inference_mode()
    def translate(self, sentences: Sequence[str]) -> list[str]:
        self.model.eval()
        translations = []
        for first in range(0, len(sentences), 125):
            rows = [self._text.source_ids(one)[:LONGEST] for one in sentences[first : first + 125]]
            translations += map(self._text.words, self._greedy(padded(rows, max(1, *map(len, rows)))).tolist())
        self.model.train()
        return translations

    def _greedy(self, ids: np.ndarray) -> torch.Tensor:
        """The translations' ids (B, n), from `[START]` on; the source (B, S) is encoded once."""
        source = torch.as_tensor(ids, device=self._device)
        memory = self.model.encode(source)
        written = torch.full((len(ids), 1), START, dtype=torch.int32, device=self._device)
        ended = torch.zeros(len(ids), dtype=torch.bool, device=self._device)
        while written.shape[1] < LONGEST and not ended.all():
            logits = self.model.decode(written, memory, source)[:, -1]
            logits[:, UNKNOWN] = -torch.inf  # no word
            likeliest = torch.where(ended, PAD, logits.argmax(dim=-1).int())
            written = torch.cat([written, likeliest[:, None]], dim=1)
            ended |= likeliest == END
        return written

    def _loss_of(self, batch: Batch) -> torch.Tensor:
        inputs, labels = batch
        source, target, labels = (
            torch.as_tensor(ids, device=self._device) for ids in (inputs["source"], inputs["target"], labels)
        )
        logits = self.model.decode(target, self.model.encode(source), source)
        return self._loss(logits.flatten(0, 1), labels.flatten().long())


class _Model(nn.Module):
    def __init__(self, source_words: int, target_words: int):
        super().__init__()
        self.source_tokens = nn.Embedding(source_words, WIDTH)
        self.target_tokens = nn.Embedding(target_words, WIDTH)
        sizes = (WIDTH, HEADS, LAYERS, LAYERS, HIDDEN)
        self.transformer = nn.Transformer(*sizes, dropout=0.0, batch_first=True, norm_first=True)
        self.generator = nn.Linear(WIDTH, target_words)
        self.register_buffer("positions", _positions(LONGEST + 1))
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def encode(self, source: torch.Tensor) -> torch.Tensor:
        """Ids (B, S) to memory (B, S, D)."""
        return self.transformer.encoder(self._vectors(self.source_tokens, source), src_key_padding_mask=source == PAD)

    def decode(self, target: torch.Tensor, memory: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        """Ids (B, T) and memory to logits (B, T, V)."""
        later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool, device=target.device).triu(1)
        hidden = self.transformer.decoder(
            self._vectors(self.target_tokens, target),
            memory,
            tgt_mask=later,
            tgt_key_padding_mask=target == PAD,
            memory_key_padding_mask=source == PAD,
        )
        return self.generator(hidden)

    def _vectors(self, tokens: nn.Embedding, ids: torch.Tensor) -> torch.Tensor:
        return tokens(ids) * WIDTH**0.5 + self.positions[: ids.shape[1]]


def _positions(length: int) -> torch.Tensor:
    """Sines and cosines (length, D)."""
    angles = torch.arange(length)[:, None] * 10000 ** (-torch.arange(0, WIDTH, 2) / WIDTH)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def _relative_rate(done: int) -> float:
    """The rate of Vaswani et al. 2017, equation 3, for the update after so many, over D^-0.5."""
    return min((done + 1) ** -0.5, (done + 1) * WARM_UP**-1.5)


def _batches(text: SharedText, seed: int) -> list[Batch]:
    fitting = [row for row in text.rows if 0 < len(row[0]) <= LONGEST and len(row[1]) <= LONGEST + 1]
    order, batches = np.random.default_rng(seed).permutation(len(fitting)), []
    for first in range(0, len(order), BATCH):
        some = [fitting[place] for place in order[first : first + BATCH]]
        source = padded([row for row, _ in some], max(len(row) for row, _ in some))
        target = padded([row for _, row in some], max(len(row) for _, row in some))
        batches.append(({"source": source, "target": target[:, :-1]}, target[:, 1:]))
    return batches
