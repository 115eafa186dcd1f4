"""What produced the numbers: code, versions, hardware. No user name, host name or path of the machine."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from mmdvae.record.result import Code, Hardware

LIBRARIES = ("keras", "tensorflow", "prefect", "numpy", "scikit-learn", "openTSNE", "matplotlib")


def code() -> Code:
    """Commit of the running checkout, and whether files differ from it; None for both outside a checkout."""
    folder = Path(__file__).resolve().parent.parent
    ours = _git(folder, "ls-files", "mmdvae/provenance.py")  # empty if installed inside another checkout
    commit = _git(folder, "rev-parse", "HEAD") if ours else ""
    changes = _git(folder, "status", "--porcelain")
    return Code(commit=commit or None, dirty=bool(changes) if commit else None)


def versions() -> dict[str, str]:
    """Versions of Python, this project and the libraries that the numbers depend on."""
    return {"python": platform.python_version(), "mmdvae": version("mmdvae")} | {
        name: version(name) for name in LIBRARIES
    }


def hardware(*, gpus: list[str], cores: int, memory_bytes: int) -> Hardware:
    """The hardware of the run, as far as it explains run times."""
    return Hardware(
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor(),
        cores=cores,
        memory_gb=round(memory_bytes / 1e9, 1),
        gpus=len(gpus),
    )


def _git(folder: Path, *words: str) -> str:
    # safe.directory: another user's checkout is only read; these commands run no hooks.
    command = ["git", "-c", f"safe.directory={folder}", "-C", str(folder), *words]
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, env=environment)
    except (OSError, subprocess.SubprocessError):  # no git on this machine, or it takes too long
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
