"""What the images of a run are, in words. Uses only the standard library."""

from mmdvae.record.result import Classifier, Dataset

USUAL = (28, 28, 1)  # height, width, channels: of the four known data sets, and of all older reports
JUDGES = {  # by its task: what the judge of samples tells apart, and how that is counted
    "classes": ("the data’s classes", "classes"),
    "orientations": ("how an image was turned, as the data have no labels", "orientations"),
    "flips": ("how an image was mirrored, as the data have no labels", "flips"),
}


def images(data: Dataset, number: int) -> str:
    """A number of images and what they are: 55,000 images; 9,812 colour images of 64 × 64."""
    if data.shape == USUAL:
        return f"{number:,} images"
    height, width, channels = data.shape
    size = f"{height}\u00a0×\u00a0{width}" + ("" if height == width else " (height × width)")
    return f"{number:,} {'colour' if channels == 3 else 'grey'} images of {size}"


def array_shape(data: Dataset) -> str:
    """The shape of an array of images: (n, 28, 28), (n, 64, 64, 3)."""
    height, width, channels = data.shape
    return f"(n, {height}, {width}{', 3' if channels == 3 else ''})"


def told_apart(judge: Classifier) -> str:
    """What the judge of samples tells apart, to complete “a classifier that tells”."""
    return JUDGES[judge.task][0]


def tasks(judge: Classifier) -> str:
    """How many things it tells apart: 10 classes, 4 orientations."""
    return f"{judge.classes} {JUDGES[judge.task][1]}"
