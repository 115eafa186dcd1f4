"""The variational autoencoder: sampling, objective and tracked metrics."""

import keras
import numpy as np
from keras import ops

from mmdvae.images import Shape, without_channels
from mmdvae.model import cost, networks, parts
from mmdvae.model.augmentation import change_contrast, flip_half
from mmdvae.model.batches import as_images, as_points, at_a_time, in_batches, scaled
from mmdvae.recipes import Recipe
from mmdvae.variants import Variant

Networks = tuple[keras.Model, keras.Model]  # encoder and decoder
MEANS = ("bce", "reconstruction", "penalty", "rounded_accuracy")


class VAE(keras.Model):
    """Encoder, decoder and the objective (1 - alpha) * reconstruction error + alpha * penalty.

    The error is BCE in nats per pixel, or with a Gaussian likelihood twice the squared error per pixel. Takes uint8
    images (n, H, W[, 3]). Tracks separately: `bce` (whatever the likelihood), `reconstruction` (the error), `penalty`
    (KL in nats per pixel, the others without a unit), `rounded_accuracy`, and `loss`, the objective. Each is the mean
    over images, not over batches.
    """

    def __init__(
        self,
        variant: Variant,
        recipe: Recipe,
        image_shape: Shape = (28, 28, 1),
        networks: Networks | None = None,
    ):
        """With `networks` that a function of the user's own built, if and only if the recipe names one."""
        super().__init__(name="vae", dtype="float32")
        if (networks is None) != (recipe.network is None):
            raise ValueError("networks of the user's own must come with a recipe that names them, and only with one")
        self.variant, self.recipe, self.image_shape = variant, recipe.for_images(image_shape[2]), image_shape
        self.formula = variant.penalty.load() if variant.penalty else None
        self.encoder, self.decoder = _own(networks, self) if networks else _built_in(self)
        sizes = [parts.outputs(each, image_shape) for each in networks or ()]
        self.at_a_time = at_a_time(sum(sizes) or cost.outputs(image_shape, 1))
        # Separate streams, so that the noise is the same for variants that sample the prior and those that do not.
        self.augmentation_stream = keras.random.SeedGenerator(0)
        self.noise_stream = keras.random.SeedGenerator(0)
        self.prior_stream = keras.random.SeedGenerator(0)
        self.penalty_stream = keras.random.SeedGenerator(0)
        self.means = {name: keras.metrics.Mean(name=name) for name in MEANS}
        self.built = True  # all parts are built; Keras would note it at the first call, but JAX checks earlier

    def reseed(self, seed: int, epoch: int) -> None:
        """Seed all random streams from (seed, epoch), so that a resumed run draws the same numbers.

        Those of layers come last, so that they change no other.
        """
        ours = (self.augmentation_stream, self.noise_stream, self.prior_stream, self.penalty_stream)
        streams = [*(stream.state for stream in ours), *parts.random_states(self.encoder, self.decoder)]
        states = np.random.SeedSequence([seed, epoch]).generate_state(len(streams))
        for stream, state in zip(streams, states, strict=True):
            stream.assign([int(state), 0])

    def call(self, images, training=False):
        """Images (n, H, W[, 3]) uint8 -> target, logits (n, H, W, C), mean, log_variance, z and prior draw (n, d)."""
        target = ops.cast(images, "float32")[..., None] if self.image_shape[2] == 1 else ops.cast(images, "float32")
        target = target / 255
        mean, log_variance = self.encoder(
            self._augmented(target, training), training=training or not self.recipe.training_flag
        )
        z = mean + ops.exp(0.5 * log_variance) * keras.random.normal(
            ops.shape(mean), dtype="float32", seed=self.noise_stream
        )
        outputs = {
            "target": target,
            "logits": self.decoder(z, training=training and self.recipe.training_flag),
            "mean": mean,
            "log_variance": log_variance,
            "z": z,
            "prior": keras.random.normal(ops.shape(mean), dtype="float32", seed=self.prior_stream),
        }
        if self.formula and hasattr(self.formula, "draw"):
            outputs["drawn"] = self.formula.draw(self.variant, self.penalty_stream)
        return outputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The objective for one batch, from the outputs of `call`; scalar."""
        error, penalty = self.reconstruction(y_pred), self.penalty(y_pred)
        bernoulli = self.recipe.likelihood == "bernoulli"
        bce = error if bernoulli else binary_cross_entropy(y_pred["target"], y_pred["logits"])
        rounded_accuracy = ops.mean(ops.cast((y_pred["target"] > 0.5) == (y_pred["logits"] > 0), "float32"))
        images = ops.shape(y_pred["z"])[0]
        for name, value in zip(MEANS, (bce, error, penalty, rounded_accuracy), strict=True):
            self.means[name].update_state(value, sample_weight=images)
        return (1 - self.variant.alpha) * error + self.variant.alpha * penalty

    def reconstruction(self, outputs):
        """The reconstruction error of one batch by the recipe's likelihood, unweighted; scalar."""
        error = binary_cross_entropy if self.recipe.likelihood == "bernoulli" else gaussian_error
        return error(outputs["target"], outputs["logits"])

    def penalty(self, outputs):
        """The regularizer's value for one batch, unweighted; scalar."""
        if self.formula is None:
            return ops.zeros(())
        return self.formula.value(outputs, self.variant, self.recipe)

    def kernel(self):
        """The training kernel as a function of two samples; None if the variant has no kernel."""
        return self.formula.kernel(self.variant) if self.formula and self.variant.kernel else None

    def encode(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Images -> posterior means and log variances, (n, d) float32; no augmentation, no noise.

        Args: images (n, H, W[, C]) of `image_shape`, n >= 1: uint8 of 0 to 255, or floats in [0, 1].
        Raises: InputError for anything else, which would be ambiguous.
        """
        pixels = as_images(images, self.image_shape)
        mean, log_variance = in_batches(
            lambda block: self.encoder.predict_on_batch(scaled(block)), pixels, self.at_a_time
        )
        return mean, log_variance

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Codes (n, d), finite -> logits of the pixels, (n, H, W[, 3]) float32; InputError for anything else."""
        points = as_points(codes, dim=self.variant.latent_dim)
        (logits,) = in_batches(lambda block: [self.decoder.predict_on_batch(block)], points, self.at_a_time)
        return without_channels(logits)

    def _augmented(self, images, training):
        """Augment the encoder's input; the reconstruction target stays unaugmented."""
        recipe = self.recipe
        if not training and recipe.training_flag:
            return images
        if recipe.flip:
            images = flip_half(images, self.augmentation_stream)
        return change_contrast(images, recipe.contrast, self.augmentation_stream) if recipe.contrast else images


def _built_in(model: VAE) -> Networks:
    momentum, dim = model.recipe.batch_norm_momentum, model.variant.latent_dim
    encoder = networks.encoder(
        model.image_shape, dim, batch_norm_momentum=momentum, normalised=model.variant.normalised
    )
    return encoder, networks.decoder(model.image_shape, dim, batch_norm_momentum=momentum)


def _own(pair: Networks, model: VAE) -> Networks:
    encoder, decoder = pair
    if model.variant.normalised:
        momentum = model.recipe.batch_norm_momentum
        encoder = networks.with_normalised_mean(encoder, model.image_shape, batch_norm_momentum=momentum)
    return encoder, decoder


def binary_cross_entropy(target, logits):
    """Mean over all pixels, in nats; target in [0, 1] and logits of the same shape -> scalar.

    -t log p - (1 - t) log(1 - p) with p = sigmoid(x) equals log(1 + exp(x)) - t x, which avoids rounding in p.
    """
    return ops.mean(ops.softplus(logits) - target * logits)


def gaussian_error(target, logits):
    """Twice the mean squared error of the pixels sigmoid(logits); targets in [0, 1] of the same shape -> scalar.

    The negative logarithm of a normal density of standard deviation 1/2, less its constant. With this deviation alpha
    means about what it does with BCE: BCE less the entropy of the targets is at least this, pixel by pixel (Pinsker).
    """
    return 2 * ops.mean(ops.square(target - ops.sigmoid(logits)))
