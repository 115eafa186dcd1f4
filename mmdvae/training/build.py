"""Build a model ready for training: seeded, compiled, with its optimizer."""

from collections.abc import Callable

import keras

from mmdvae.images import Shape
from mmdvae.model.vae import VAE, Networks
from mmdvae.recipes import Recipe
from mmdvae.training.schedule import Cooldown
from mmdvae.variants import Variant

Make = Callable[[Shape, int], Networks]  # image shape and latent dimensions -> networks, after seeding


def build(
    variant: Variant,
    recipe: Recipe,
    seed: int,
    *,
    image_shape: Shape = (28, 28, 1),
    steps: int | None = None,
    make: Make | None = None,
) -> VAE:
    """A compiled model whose initial weights depend on the seed, the recipe and the shape, and of the variant only
    on its latent dimensions.

    `steps` is the total number of training steps; without it the step size stays constant whatever the recipe says.
    `make` makes the recipe's network of the user's own; without it the network is the built-in one.
    """
    keras.utils.set_random_seed(seed)
    model = VAE(variant, recipe, image_shape, make(image_shape, variant.latent_dim) if make else None)
    optimizers = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    # XLA pays off on GPUs; on CPUs it gives up oneDNN's convolutions. JAX always uses XLA.
    jit = keras.backend.backend() == "jax" or bool(keras.distribution.list_devices("gpu"))
    step_size = recipe.learning_rate
    if recipe.cooldown and steps:
        step_size = Cooldown(recipe.learning_rate, share=recipe.cooldown, steps=steps)
    model.compile(optimizer=optimizers[recipe.optimizer](step_size), jit_compile=jit)
    model.optimizer.build(model.trainable_variables)
    return model
