"""The network's convolutions and matrix products with nothing in between: the upper limit of a training step."""

from collections.abc import Callable
from typing import Any

SHAPE = (28, 28, 1)


def calls(batch_size: int) -> list[Callable[[], Any]]:
    """For each layer with a kernel a call that computes its forward and both backward products, on made-up numbers.

    The layers are ours, without activation and, except for the last one's single channel, without bias; images need
    no gradient.
    """
    import keras

    from mmdvae.model import networks

    found = []
    for net in (
        networks.encoder(SHAPE, 8, batch_norm_momentum=0.9),
        networks.decoder(SHAPE, 8, batch_norm_momentum=0.9),
    ):
        for layer in net.layers:
            if not hasattr(layer, "kernel"):
                continue
            shape = layer.input.shape[1:]
            alone = layer if isinstance(layer, networks.ToOneChannel) else _without_the_rest(layer)
            inputs = keras.random.normal((batch_size, *shape), seed=0)
            found.append(_both_ways(alone, inputs, by_inputs=shape != SHAPE))
    return found


def _without_the_rest(layer):
    return type(layer).from_config(layer.get_config() | {"activation": None, "use_bias": False})


def _both_ways(layer, inputs, *, by_inputs: bool):
    import keras
    import tensorflow as tf

    upstream = keras.random.normal(layer(inputs).shape, seed=1)

    @tf.function(autograph=False)
    def products():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
        wanted = [layer.kernel.value, inputs] if by_inputs else [layer.kernel.value]
        return outputs, tape.gradient(outputs, wanted, upstream)

    return products
