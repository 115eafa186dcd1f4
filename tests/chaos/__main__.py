"""Kills every kind of process at random moments and checks that no harm is done: `make chaos`."""

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[1:1] = [str(ROOT), str(ROOT / "tests" / "e2e")]  # our packages, and the end-to-end tests' site


def main() -> int:
    """Exit code 0 if every kill was harmless."""
    words = argparse.ArgumentParser(description=__doc__, prog="tests/chaos")
    words.add_argument("--kills", type=int, default=35)
    words.add_argument("--seed", type=int, default=0, help="of the moments and the choices")
    words.add_argument("--only", action="append", help="kill only this; repeatable")
    words.add_argument("--page", type=Path, default=ROOT / "docs" / "chaos.md")
    words.add_argument("--keep", action="store_true", help="keep the temporary folder, with its logs")
    wishes = words.parse_args()
    import isolation

    network = isolation.enter([str(Path(__file__).parent), *sys.argv[1:]])
    folder = Path(tempfile.mkdtemp(prefix="mmdvae-chaos-"))
    _leave_the_users_prefect_alone(folder)
    try:
        return _suite(folder, wishes, network)
    finally:
        if wishes.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _suite(folder: Path, wishes: argparse.Namespace, network: str) -> int:
    import page
    from machine import Machine
    from story import VICTIMS, one_run, undisturbed

    print(f"network: {network}", flush=True)
    machine, chance, rows = Machine(folder), random.Random(wishes.seed), []
    kinds = tuple(wishes.only or VICTIMS)
    try:
        machine.start_server()
        assert machine.mmdvae("deploy").returncode == 0
        machine.switch_on_worker()
        reference = undisturbed(machine)
        print(f"undisturbed: {reference.seconds:.0f} s, {reference.windows}", flush=True)
        for number in itertools.count():
            first, count = len(rows) % len(kinds), min(3, wishes.kills - len(rows))
            victims = list(itertools.islice(itertools.cycle(kinds), first, first + count))
            new = one_run(machine, victims, number % 2 == 1, reference, chance)
            rows += new
            print(*new, sep="\n", flush=True)
            page.write(wishes.page, rows, reference, seed=wishes.seed, network=network, tried=machine.tried)
            if len(rows) >= wishes.kills:
                break
    finally:
        machine.stop()
    print(wishes.page)
    return int(any(row.problems for row in rows))


def _leave_the_users_prefect_alone(folder: Path) -> None:
    """Use a Prefect home in the folder; must be called before Prefect is imported."""
    os.environ["PREFECT_HOME"] = str(folder / "person")
    os.environ["PREFECT_PROFILES_PATH"] = str(folder / "person" / "profiles.toml")
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ.pop("PREFECT_API_URL", None)


if __name__ == "__main__":
    sys.exit(main())
