"""A page in Prefect's UI."""

from typing import Any

from prefect.artifacts import Artifact


class RichArtifact(Artifact):
    """HTML in a sandboxed frame: no scripts, no network. Prefect's first UI shows it, the second only its source."""

    type: str | None = "rich"
    html: str

    async def aformat(self) -> dict[str, Any]:
        """The data that the UI reads."""
        return self.format()

    def format(self, **_) -> dict[str, Any]:
        """The same; Prefect's own returns a string, which the UI shows as a blank frame."""
        return {"html": self.html, "sandbox": []}
