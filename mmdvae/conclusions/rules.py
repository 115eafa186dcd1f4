"""The numbers by which results are judged. Standard library alone, for reports show them."""

MIN_SEEDS, SEEDS_IN_WORDS = 3, "three"  # an interval from fewer is never a conclusion
LEVEL = 0.95  # of intervals
HALF = 0.5  # of the pairs feel a kernel that counts as live in a verdict; one that is neither live nor dead is half-way

SAME_ERROR = 1.05  # mean squared errors within 5 % are called equal
MORE_SPREAD = 1.10  # a variance more than 10 % larger is called larger
SAME_DISTANCE = 1.25  # distances from the prior within 25 % are called equal
NOTEBOOK_SIGMA, NOTEBOOK_EXTREMES = 0.1, (1e-4, 1e4)

STILL_FALLING = 0.05  # of validation BCE's excess over the entropy, in the last tenth of the epochs
VANISHES = 0.01  # of the reconstruction's gradient: less is lost in the noise of a batch
NO_NOISE = 0.001  # posterior variance over total variance; the decoder sees as good as the same code every time
GAP = 0.1  # validation BCE less training BCE, of the latter's excess
TRUSTED = 0.9  # trustworthiness of a picture whose neighbourhoods can be read
