"""The course's one sentence: its ids, and round numbers that are the same wherever a layer is filled under a name."""

import course.toolkit  # noqa: F401 - keras, without TensorFlow's banner
from course.toolkit import one_sentence
from course.toolkit.one_sentence import D, F, H, fill

import keras
import numpy as np
import pytest
from keras import layers


class TwoMaps(layers.Layer):
    def __init__(self):
        super().__init__()
        self.feed_forward = keras.Sequential([layers.Dense(F, activation="relu"), layers.Dense(D)])
        self.feed_forward_norm = layers.LayerNormalization()

    def call(self, x):
        return self.feed_forward_norm(self.feed_forward(x))


class Stack(layers.Layer):
    def __init__(self):
        super().__init__()
        self.layers = [TwoMaps(), TwoMaps()]

    def call(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class OwnAttention(layers.Layer):
    """The course's four Dense layers, made in another order."""

    def __init__(self):
        super().__init__()
        for name in ("output", "value", "key", "query"):
            setattr(self, f"{name}_dense", layers.Dense(D))

    def call(self, x):
        return self.output_dense(self.query_dense(x) + self.key_dense(x) + self.value_dense(x))


class Network(layers.Layer):
    """A feed-forward network whose second map is made first, and called as a part of attention is."""

    def __init__(self):
        super().__init__()
        self.output_dense = layers.Dense(D)
        self.output_dense.build((1, 3, F))
        self.first = layers.Dense(F, activation="relu")

    def call(self, x):
        return self.output_dense(self.first(x))


X = np.ones((1, 3, D), "float32")


class Reader(layers.Layer):
    """Adds to each token what it may attend to, and the mean of the memory; it has a decoder's parts."""

    def __init__(self):
        super().__init__()
        self.self_attention, self.cross_attention = layers.MultiHeadAttention(H, D // H), OwnAttention()

    def call(self, x, memory, self_mask=None, memory_mask=None):
        x = x + self.self_attention(x, x, attention_mask=self_mask)
        return x + keras.ops.mean(self.cross_attention(memory), axis=1, keepdims=True)


def filled(layer, *inputs, name="one"):
    layer(*inputs)
    fill(layer, name)
    return layer


def same(one, other):
    return bool(keras.ops.all(keras.ops.equal(one, other)))


def test_the_sentences_are_found_again_from_their_ids():
    words = [one_sentence.SOURCE_VOCABULARY[number] for number in one_sentence.SOURCE_IDS[0]]
    assert words == ["the", "red", "cat", "sleeps"]
    words = [one_sentence.TARGET_VOCABULARY[number] for number in one_sentence.TARGET_IDS[0]]
    assert words == ["[START]", "el", "gato", "rojo", "duerme", "[END]"]
    assert one_sentence.SOURCE_VOCABULARY[:4] == one_sentence.TARGET_VOCABULARY[:4] == one_sentence.SPECIALS


def test_a_name_always_gives_the_same_round_numbers():
    one, again, other = (filled(layers.Dense(D), X, name=name).kernel for name in ("one", "one", "other"))
    numbers = keras.ops.convert_to_numpy(one)
    assert same(one, again)
    assert not same(one, other)
    assert np.allclose(numbers * 10, np.round(numbers * 10), atol=1e-5)
    assert np.abs(numbers).max() < 0.55
    assert numbers[0].tolist() == pytest.approx([-0.3, 0.1, -0.3, -0.4])  # in every process, and with every library


def test_biases_are_zero_and_norms_stay_as_they_are():
    layer = TwoMaps()
    layer(X)
    layer.set_weights([np.full(weight.shape, 3.0) for weight in layer.weights])
    fill(layer, "one")
    assert [float(np.abs(dense.bias).max()) for dense in layer.feed_forward.layers] == [0.0, 0.0]
    assert all((np.asarray(weight) == 3).all() for weight in layer.feed_forward_norm.weights)


def test_attention_has_the_same_numbers_whoever_wrote_it():
    own = filled(OwnAttention(), X)
    keras_own = filled(layers.MultiHeadAttention(H, D // H), X, X)
    for name in ("query", "key", "value", "output"):
        mine = getattr(own, f"{name}_dense").kernel
        assert same(mine, keras.ops.reshape(getattr(keras_own, f"_{name}_dense").kernel, (D, D)))


def test_a_feed_forward_network_has_the_same_numbers_whoever_wrote_it():
    own, usual = filled(Network(), X), filled(TwoMaps(), X).feed_forward
    fill(usual, "one")
    assert same(own.first.kernel, usual.layers[0].kernel)
    assert same(own.output_dense.kernel, usual.layers[1].kernel)


def test_each_layer_of_a_stack_has_numbers_of_its_own():
    one, other = (layer.weights[0] for layer in filled(Stack(), X).layers)
    assert not same(one, other)


def test_the_decoder_reads_all_but_the_last_token_and_none_sees_a_later_one():
    embedding, decoder = layers.Embedding(len(one_sentence.TARGET_VOCABULARY), D), Reader()
    found = one_sentence.decoded(embedding, decoder, X)
    assert found.shape == (1, 5, D)
    begun = embedding(one_sentence.TARGET_IDS[:, :3])
    assert keras.ops.all(keras.ops.isclose(decoder(begun, X, self_mask=np.tri(3, dtype=bool)[None]), found[:, :3]))
    again = one_sentence.decoded(layers.Embedding(len(one_sentence.TARGET_VOCABULARY), D), Reader(), X)
    assert same(found, again)
    assert same(
        embedding.embeddings, filled(layers.Embedding(8, D), np.array([[0]]), name="target embedding").embeddings
    )
    other = filled(Reader(), begun, X, name="decoder")
    assert all(same(*pair) for pair in zip(other.weights, decoder.weights, strict=True))


def test_a_layer_without_parameters_is_refused():
    with pytest.raises(ValueError, match="Dense has no parameters yet: call it once"):
        fill(layers.Dense(D), "one")
