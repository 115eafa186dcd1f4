"""The penalties, a row each. Uses only the standard library.

Only `module` affects numbers, and the code digest of a training covers that module and not this table. A new row
therefore does not cause any retraining.
"""

from mmdvae.penalties.penalty import Kernel, Penalty

PENALTIES = (
    Penalty(
        name="mmd",
        title="MMD²",
        kernels=(
            Kernel(name="gaussian", takes="sigma"),
            Kernel(name="gaussians", takes="sigmas"),
            Kernel(name="imq", widths="seven scales"),
        ),
    ),
    Penalty(
        name="kl",
        title="KL",
        unit="nats per pixel",
        action="the KL divergence pulls each code to the prior by itself",
    ),
    Penalty(
        name="sw",
        title="sliced W2",
        projections=True,
        action="along random directions, each code of a batch is pulled to the prior's quantile of its rank",
    ),
)
