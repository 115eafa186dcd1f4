"""The sizes of the networks by the shape of the images, without Keras: channels and grids of the stages."""

from dataclasses import dataclass

from mmdvae.images import Shape

GRID = 8  # the stages end when neither side is longer
FIRST, WIDEST = 32, 256  # channels of the first stage, which double from stage to stage, and the most


@dataclass(frozen=True, slots=True)
class Stages:
    """The convolutions of an encoder, each of which halves both sides, and backwards those of its decoder."""

    image_shape: Shape

    @property
    def widths(self) -> list[int]:
        """Channels of each: at least one stage, and as many as it takes until no side is longer than GRID pixels."""
        found = [FIRST]
        while -(-max(self.image_shape[:2]) // 2 ** len(found)) > GRID:
            found.append(min(2 * found[-1], WIDEST))
        return found

    def grid(self, stage: int) -> tuple[int, int]:
        """Height and width after that many stages; a side that cannot be halved is rounded up."""
        height, width = (-(-side // 2**stage) for side in self.image_shape[:2])
        return height, width

    @property
    def last(self) -> Shape:
        """Height, width and channels after all stages."""
        return *self.grid(len(self.widths)), self.widths[-1]

    @property
    def hidden(self) -> int:
        """Units of the encoder's dense layer."""
        return 128 if len(self.widths) <= 2 else 256

    @property
    def surplus(self) -> tuple[int, int]:
        """Rows and columns by which the decoder's last stage is larger than the image."""
        factor = 2 ** len(self.widths)
        return self.last[0] * factor - self.image_shape[0], self.last[1] * factor - self.image_shape[1]
