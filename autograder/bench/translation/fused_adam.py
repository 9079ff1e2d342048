"""Adam that goes through memory once: the same numbers as Keras' own, sooner."""

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam, whose dozen operations for each parameter TensorFlow has as one (`ResourceApplyAdam`).

    Where a matrix has millions of numbers, each operation waits for memory, not for arithmetic.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Update one parameter by its gradient, or by rows of one, as a looked-up embedding has."""
        place = self._get_variable_index(variable)
        done = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=self.beta_1**done,
            beta2_power=self.beta_2**done,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.convert_to_tensor(gradient),
        )
