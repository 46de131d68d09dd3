"""A function's zip in S3, for code that is too large to be sent to Lambda."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State
from dragonctl.errors import DragonError
from dragonctl.packaging import function_code

DIGEST = "sha256"


@dataclass(frozen=True)
class CodeObject(Resource):
    """A zip under a key that names its content. State: ``sha256``, Lambda's ``CodeSha256``.

    The digest is in the object's metadata, so it is None where somebody else wrote the object.
    """

    kind: ClassVar[str] = "s3-function-code"
    table: ClassVar[Table] = (Field(DIGEST, "digest"),)
    bucket: str
    key: str

    def read(self, aws: Reader) -> Reading | None:
        """HeadObject."""
        answer = aws.get("s3", "HeadObject", absent=("404", "NoSuchKey"), **self._name)
        if answer is None:
            return None
        return Reading({DIGEST: answer.get("Metadata", {}).get(DIGEST)})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PutObject."""
        if want:
            path = function_code.find(want[DIGEST])
            if path is None:
                raise DragonError(f"The code {want[DIGEST]} is not on this machine any more.")
            params = {**self._name, "Body": path.read_bytes(), "Metadata": dict(want)}
            yield Call("s3", "PutObject", params)

    @property
    def _name(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.key}
