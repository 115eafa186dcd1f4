"""A page in Prefect's UI."""

from typing import Any

from prefect.artifacts import Artifact


class RichArtifact(Artifact):
    """HTML in a frame that runs no script and reaches nothing; Prefect's first UI shows it, the second its source."""

    type: str | None = "rich"
    html: str

    async def aformat(self) -> dict[str, Any]:
        """What the UI reads."""
        return self.format()

    def format(self, **_) -> dict[str, Any]:
        """The same; Prefect's own would be a string, which the UI shows as a blank frame."""
        return {"html": self.html, "sandbox": []}
