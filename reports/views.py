"""What is stored of one trained model for the pictures: codes, projections, reconstructions and samples."""

from dataclasses import dataclass

import numpy as np

STEPS = 9  # rows and columns of a slice of the prior, steps of a traversal
SIDE, DOT_SIDE = 64, 28  # longest sides of the images on the page, and of those behind the dots of the codes
IMAGES = ("reconstructions", "prior_slice", "traversals", "nearest_images")  # of the size of the samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The arrays that `evaluate` stores for one trained model, besides its metrics.

    Images are uint8, (k, h, w) grey or (k, h, w, 3) in colour, and reduced to at most SIDE or DOT_SIDE pixels.
    """

    codes: np.ndarray  # (n, d) posterior means of the test images
    pca: np.ndarray  # (n, 2)
    pca_variance_ratio: np.ndarray  # (2,)
    tsne: np.ndarray  # (m, 2)
    tsne_index: np.ndarray  # (m,) rows of `codes`
    reconstructions: np.ndarray  # (k, h, w[, 3])
    reconstruction_index: np.ndarray  # (k,) test images, the same for all variants
    samples: np.ndarray  # (s, h, w[, 3]), decoded from the same noise for all variants
    eigenvalues: np.ndarray  # (d,) of Cov(z), in descending order
    squared_errors: np.ndarray  # (n,) mean squared error of each test image, pixels in [0, 1]
    tsne_reconstructions: np.ndarray  # (m, h, w[, 3]) of at most DOT_SIDE, of the test images in tsne_index
    # None in older evaluations; see mmdvae.measures.portraits.
    prior_slice: np.ndarray | None = None  # (81, h, w[, 3]), nine rows from the top
    traversals: np.ndarray | None = None  # (9 t, h, w[, 3]), nine steps of each coordinate in turn
    traversal_dims: np.ndarray | None = None  # (t,) coordinates
    nearest_images: np.ndarray | None = None  # (8, h, w[, 3]), training images nearest to the first samples
    nearest_index: np.ndarray | None = None  # (8,) rows of the training images
    nearest_distance: np.ndarray | None = None  # (8,) root mean squared difference of pixels in [0, 1]
    nearest_of_test: np.ndarray | None = None  # (q,) the same of test images from their nearest training images

    def __post_init__(self):
        n, m, k = len(self.codes), len(self.tsne), len(self.reconstructions)
        if self.codes.ndim != 2 or self.pca.shape != (n, 2) or self.tsne.shape != (m, 2):
            raise ValueError(f"codes {self.codes.shape}, pca {self.pca.shape} and tsne {self.tsne.shape} do not match")
        if self.tsne_index.shape != (m,) or self.reconstruction_index.shape != (k,):
            raise ValueError("an index does not match its array")
        if self.squared_errors.shape != (n,):
            raise ValueError(f"squared_errors must be ({n},), got {self.squared_errors.shape}")
        self._check_images()

    @property
    def on_a_line(self) -> bool:
        """Whether there is but one latent dimension."""
        return self.codes.shape[1] == 1

    @property
    def cloud(self) -> np.ndarray:
        """The codes in two dimensions, (n, 2): their PCA; of one dimension with random heights in [-1, 1] for the eye.

        An image has the same height in every model.
        """
        if not self.on_a_line:
            return self.pca
        heights = np.random.default_rng(0).uniform(-1, 1, len(self.pca))
        return np.stack([self.pca[:, 0], heights], axis=1).astype(np.float32)

    def _check_images(self) -> None:
        for name, count, side in (
            ("samples", len(self.samples), SIDE),
            ("tsne_reconstructions", len(self.tsne), DOT_SIDE),
        ):
            array = getattr(self, name)
            if array.ndim != self.samples.ndim or len(array) != count or not 0 < max(array.shape[1:3]) <= side:
                raise ValueError(f"{name} must be {count} images of at most {side} pixels a side, got {array.shape}")
        if self.samples.shape[3:] not in ((), (3,)):
            raise ValueError(f"samples must be (s, h, w) or (s, h, w, 3), got {self.samples.shape}")
        t, k = (0 if one is None else len(one) for one in (self.traversal_dims, self.nearest_images))
        for name, rows in {
            "reconstructions": len(self.reconstruction_index),
            "prior_slice": STEPS**2,
            "traversals": STEPS * t,
            "nearest_images": k,
            "nearest_index": k,
            "nearest_distance": k,
        }.items():
            array = getattr(self, name)
            shape = (rows, *self.samples.shape[1:]) if name in IMAGES else (rows,)
            if array is not None and array.shape != shape:
                raise ValueError(f"{name} must be {shape}, got {array.shape}")
