"""Ten models with a bug each. All of them train, and write something that looks like an answer.

Each bug was found in somebody's code, and is told in a public thread.
"""

from course.toolkit.clinic.autodiff import Node, normalised
from course.toolkit.clinic.small_transformer import SmallTransformer

import numpy as np


class EncoderSeesPadding(SmallTransformer):
    """The encoder's attention gets no padding mask: the mask of the embedding never reaches it."""

    thread = "keras-team/keras-hub#2220"

    def encoder_mask(self, source):
        return np.ones((len(source), 1, source.shape[1]), dtype=bool)


class DecoderSeesSourcePadding(SmallTransformer):
    """The cross-attention is never told which tokens of the source are padding."""

    thread = "keras-team/keras-io#1046"

    def memory_mask(self, source):
        return np.ones((len(source), 1, source.shape[1]), dtype=bool)


class LookAheadTurnedOver(SmallTransformer):
    """The look-ahead mask says whom *not* to attend to, to a layer that wants it the other way round."""

    thread = "tensorflow/text#894"

    def look_ahead_mask(self, length):
        return ~super().look_ahead_mask(length)


class NormOverTime(SmallTransformer):
    """The decoder's layer normalisation takes mean and variance over the sequence, not over the width."""

    thread = "jadore801120/attention-is-all-you-need-pytorch#17"

    def normalised(self, name, x):
        if name.startswith("decoder"):
            return normalised(x, axis=1, centred=self.kind.centred)
        return super().normalised(name, x)


class BatchTakenForSequence(SmallTransformer):
    """The encoder's attention wants the sequence first, and gets the batch first: sentences attend to each other."""

    thread = "om-ai-lab/OmDet#19"

    def encoder_attention(self, name, x: Node, mask):
        turned = x.transposed(1, 0, 2)  # (S, B, D)
        found = super().encoder_attention(name, turned, mask.transpose(2, 1, 0))
        return found.transposed(1, 0, 2)


class MaskOfAnotherSentence(SmallTransformer):
    """The masks are put in the order row 0, row 1, …, again for each head; the scores have all heads of row 0 first."""

    thread = "ArrowLuo/CLIP4Clip#22"

    def mask_of_heads(self, mask):
        return np.tile(mask, (self.kind.heads, 1, 1))


class UnshiftedLabels(SmallTransformer):
    """The labels are what is read, so that each position is to say the token that it sees."""

    thread = "huggingface/transformers#3711"

    def labels(self, target):
        return target[:, :-1]


class LossOverPadding(SmallTransformer):
    """The loss is a mean over all positions, padding included: the id to ignore is set, and not used."""

    thread = "lucidrains/DALLE-pytorch#57"

    def counted(self, labels):
        return np.ones_like(labels, dtype=bool)


class OneLayerForAll(SmallTransformer):
    """The encoder runs the same layer again and again, where it should have as many as it has layers."""

    thread = "espnet/espnet#1278"

    def called(self, name):
        side, _, rest = name.partition(".")
        return f"encoder.0.{rest.partition('.')[2]}" if side == "encoder" and rest[0].isdigit() else name


class UnknownToTheOptimizer(SmallTransformer):
    """The encoder's layers stand in a plain list, so that the optimizer never hears of their parameters."""

    thread = "pytorch/pytorch#59925"

    def is_trained(self, name):
        side, _, rest = name.partition(".")
        return not (side == "encoder" and rest[0].isdigit())


BUGS: dict[str, type[SmallTransformer]] = {
    "A": LossOverPadding,
    "B": LookAheadTurnedOver,
    "C": OneLayerForAll,
    "D": EncoderSeesPadding,
    "E": BatchTakenForSequence,
    "F": UnshiftedLabels,
    "G": DecoderSeesSourcePadding,
    "H": UnknownToTheOptimizer,
    "I": NormOverTime,
    "J": MaskOfAnotherSentence,
}
