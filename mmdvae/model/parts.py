"""What networks of any kind consist of: layers, also inside of layers, random states, numbers in their outputs."""

import math
from typing import Any

import keras

from mmdvae.images import Shape

# For each pixel of a network whose layers cannot be seen: what 20 layers of 50 channels give at full size.
UNSEEN = 1_000


def layers(*networks: keras.Model) -> list[keras.layers.Layer]:
    """The networks and all their layers at any depth, each once, in an order that depends on how they were built."""
    # Keras has no public way: `layers` of a model does not go into layers that consist of others.
    found = (layer for network in networks for layer in network._flatten_layers())
    return list({id(layer): layer for layer in found}.values())


def random_states(*networks: keras.Model) -> list[Any]:
    """Variables (2,) of the SeedGenerators in these networks and all their layers, each once, in a fixed order."""
    found = {id(variable): variable for network in networks for variable in network.variables}
    for network in networks:
        for weight in network.weights:  # the variables of a layer are its weights and its random states
            found.pop(id(weight), None)
    return list(found.values())


def outputs(network: keras.Model, image_shape: Shape) -> int:
    """Numbers in the outputs of all layers for one image; where some layers do not tell, not fewer than UNSEEN."""
    told = [_numbers(layer) for layer in layers(network)[1:]]
    least = UNSEEN * math.prod(image_shape[:2]) if None in told or not told else 0
    return max(least, sum(filter(None, told)))


def _numbers(layer: keras.layers.Layer) -> int | None:
    """Numbers in a layer's output for one image; None inside of layers and subclassed models, and of any size."""
    try:
        return sum(math.prod(output.shape[1:]) for output in keras.tree.flatten(layer.output))
    except (AttributeError, ValueError, TypeError):  # it was never called by itself, or a side is None
        return None
