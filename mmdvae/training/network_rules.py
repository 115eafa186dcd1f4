"""What networks of a user's own must do, because all else relies on it; a rule that is broken ends with its line.

Each check raises a ValueError that names the user's function, the rule and what was found instead.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from mmdvae.images import Shape
from mmdvae.model.vae import Networks
from mmdvae.plugins import loading
from mmdvae.training.own_network import OwnNetwork

Apply = Callable[[np.ndarray], list[np.ndarray]]

ROLES = ("encoder", "decoder")
SEED = 0
CLOSE = 1e-3  # relative to the largest number: what sums in another order differ by, and no more
FAR = 1e3  # standard deviations: codes at which an activation at the end has reached its limits
LIMIT = 0.999  # of such an activation


@dataclass(frozen=True, slots=True)
class Checked:
    """The user's function, and what it is asked for."""

    own: OwnNetwork
    image_shape: Shape
    latent_dim: int

    def check(self) -> list[str]:
        """Check what can be seen without training; return what is no mistake but should be known."""
        networks = self._built(SEED)
        for _, outputs, inputs in self._both(networks):
            for n in (1, 3):
                outputs(inputs[:n])
        self._check_finite(networks)
        for role, outputs, inputs in self._both(networks):
            self._check_inference(role, outputs, inputs)
        self._check_logits(networks[1])
        self._check_losses(networks)
        return self._check_seeds(networks)

    def _built(self, seed: int) -> Networks:
        keras.utils.set_random_seed(seed)
        return self.own(self.image_shape, self.latent_dim)

    def _both(self, networks: Networks) -> tuple[tuple[str, Apply, np.ndarray], ...]:
        """Encoder and decoder: what it is called, a function to its outputs, and some inputs."""
        encoder, decoder = networks
        return (
            ("encoder", lambda images: self._encoded(encoder, images), self._images()),
            ("decoder", lambda codes: [self._decoded(decoder, codes)], self._codes()),
        )

    def _images(self) -> np.ndarray:
        """Black, white and noise: (3, H, W, C) float32."""
        noise = np.random.default_rng(SEED).uniform(size=self.image_shape)
        return np.stack([np.zeros(self.image_shape), np.ones(self.image_shape), noise]).astype("float32")

    def _codes(self, n: int = 3) -> np.ndarray:
        return np.random.default_rng(SEED).normal(size=(n, self.latent_dim)).astype("float32")

    def _encoded(self, encoder: keras.Model, images: np.ndarray) -> list[np.ndarray]:
        outputs, wanted = self._called(encoder, images), ((len(images), self.latent_dim), "float32")
        if not isinstance(outputs, list | tuple) or [_kind(each) for each in outputs] != [wanted, wanted]:
            self.own.refuse(
                f"the encoder must give two outputs, [mean, log variance], each float32 {wanted[0]} "
                f"for images {images.shape}, got {_told(outputs)}"
            )
        return [np.asarray(each) for each in outputs]

    def _decoded(self, decoder: keras.Model, codes: np.ndarray) -> np.ndarray:
        outputs, wanted = self._called(decoder, codes), (len(codes), *self.image_shape)
        if isinstance(outputs, list | tuple | dict) or _kind(outputs) != (wanted, "float32"):
            self.own.refuse(
                f"the decoder must give one output, logits, float32 {wanted} for codes {codes.shape}, "
                f"got {_told(outputs)}"
            )
        return np.asarray(outputs)

    def _called(self, network: keras.Model, inputs: np.ndarray) -> Any:
        with loading.reported(self.own.network.name, self.own.folder):
            return network(inputs, training=False)

    def _check_finite(self, networks: Networks) -> None:
        encoder, decoder = networks
        for what, image in zip(("black", "white", "noise"), self._images(), strict=True):
            mean, log_variance = self._encoded(encoder, image[None])
            self._refuse_infinite(f"the encoder's mean must be finite for an image of {what}", mean)
            self._refuse_infinite(f"the encoder's log variance must be finite for an image of {what}", log_variance)
            with np.errstate(over="ignore"):
                deviation = np.exp(0.5 * log_variance)
            self._refuse_infinite(
                f"the exponential of the encoder's log variance must be finite for an image of {what}", deviation
            )
        for what, codes in (("zeros", 0 * self._codes()), ("draws from N(0, I)", self._codes())):
            self._refuse_infinite(
                f"the decoder's logits must be finite for codes of {what}", self._decoded(decoder, codes)
            )

    def _refuse_infinite(self, rule: str, values: np.ndarray) -> None:
        bad = values[~np.isfinite(values)]
        if bad.size:
            self.own.refuse(f"{rule}, got {bad[0]} in {bad.size:,} of {values.size:,} numbers")

    def _check_inference(self, role: str, outputs: Apply, inputs: np.ndarray) -> None:
        """In inference an output depends on its own input alone."""
        first = outputs(inputs)
        if gap := _gap(first, outputs(inputs)):
            self.own.refuse(f"the {role} must give the same twice in inference, got numbers that differ by {gap:.3g}")
        alone = [np.concatenate(each) for each in zip(*(outputs(one[None]) for one in inputs), strict=True)]
        if gap := _gap(first, alone):
            self.own.refuse(
                f"the {role}'s output must not depend on what else is in the batch in inference, got numbers that "
                f"differ by {gap:.3g} from those alone (as with training=True in a call of a BatchNormalization)"
            )

    def _check_logits(self, decoder: keras.Model) -> None:
        """An activation at the end would be applied below the sigmoid that makes logits pixels: no error, no image."""
        codes = self._codes(16)
        values = np.concatenate([self._decoded(decoder, codes), self._decoded(decoder, np.float32(FAR) * codes)])
        values = values[np.isfinite(values)]
        if not values.size or np.ptp(values) == 0:  # a last layer that starts at 0
            return
        low, high = values.min(), values.max()
        positive = low >= 0 and (high <= 1 or low == 0)
        within_one = max(-low, high) <= 1 and max(-low, high) >= LIMIT
        if positive or within_one:
            self.own.refuse(
                "the decoder must give logits, any number, and no activation such as sigmoid, tanh or relu at its end, "
                f"got numbers from {low:.3g} to {high:.3g} for codes up to {FAR:g} standard deviations"
            )

    def _check_losses(self, networks: Networks) -> None:
        for role, network in zip(ROLES, networks, strict=True):
            if network.losses:
                self.own.refuse(
                    f"the {role} must have no losses of its own (regularizers, add_loss), which would be left out of "
                    f"the objective, got {len(network.losses)}"
                )

    def _check_seeds(self, networks: Networks) -> list[str]:
        """Weights are a function of the seed, and outputs one of the weights."""
        again, other = self._built(SEED), self._built(SEED + 1)
        notes = []
        for role, first, second, third in zip(ROLES, networks, again, other, strict=True):
            weights, repeated, others = (each.get_weights() for each in (first, second, third))
            if not _alike(weights, repeated) or _gap(weights, repeated):
                self.own.refuse(
                    f"the {role} must have the same weights when it is built with the same seed, got others: what is "
                    "random must come from keras.random or keras.initializers"
                )
            if not _alike(weights, others):
                self.own.refuse(f"the {role} must have weights of the same shapes with every seed, got others")
            if not _gap(weights, others):
                notes.append(f"{self.own.network.name}: the {role} starts with the same weights whatever the seed")
            third.set_weights(weights)
        for (role, outputs, inputs), (_, rebuilt, _) in zip(self._both(networks), self._both(other), strict=True):
            if gap := _gap(outputs(inputs), rebuilt(inputs)):
                self.own.refuse(
                    f"the {role} must do the same when it is built again and given its weights, got numbers that "
                    f"differ by {gap:.3g}: what is drawn when it is built must be a weight"
                )
        return notes


def _kind(output: Any) -> tuple[tuple[int, ...], str]:
    return tuple(np.shape(output)), keras.backend.standardize_dtype(output.dtype)


def _told(outputs: Any) -> str:
    if isinstance(outputs, dict):
        return f"a dictionary of {', '.join(map(str, outputs))}"
    if isinstance(outputs, list | tuple):
        return f"{len(outputs)} in a {type(outputs).__name__}: {', '.join(map(_told, outputs))}"
    shape, dtype = _kind(outputs)
    return f"{dtype} {shape}"


def _alike(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> bool:
    return [each.shape for each in first] == [each.shape for each in second]


def _gap(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> float:
    """The largest difference of two lists of arrays, or 0 if it is what rounding explains."""
    gaps = [(np.abs(a - b).max(), np.abs(a).max()) for a, b in zip(first, second, strict=True) if a.size]
    return max((float(gap) for gap, largest in gaps if not gap <= CLOSE * largest), default=0.0)
