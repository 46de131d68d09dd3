"""An object in S3 that was uploaded from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Json, Reader, Reading, Resource, State
from dragonctl.resources.creation_tags import content_of

_CONTENT = "content"
_DIGEST = "sha256"


@dataclass(frozen=True)
class DataObject(Resource):
    """An object. State: ``sha256`` of the file it was uploaded from.

    The digest is kept in the object's metadata, so it is None once anybody else has written the
    object. Wanted besides: ``content``, text.
    """

    kind: ClassVar[str] = "s3-object"
    table: ClassVar[Table] = (Field(_DIGEST, "digest"), Field(_CONTENT, "content"))
    bucket: str
    key: str

    def read(self, aws: Reader) -> Reading | None:
        """HeadObject."""
        absent = ("404", "NoSuchKey", "NoSuchBucket")
        answer = aws.get("s3", "HeadObject", absent=absent, **self._name)
        if answer is None:
            return None
        return Reading({_DIGEST: answer.get("Metadata", {}).get(_DIGEST)})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PutObject, DeleteObject."""
        if want is None:
            yield Call("s3", "DeleteObject", self._name)
            return
        params = {
            **self._name,
            "Body": content_of(self, want, _CONTENT).encode(),
            "ContentType": "application/json",
            "Metadata": {_DIGEST: want[_DIGEST]},
        }
        yield Call("s3", "PutObject", params)

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """The digest stands for the content."""
        return field == _CONTENT or bool(have == want)

    def expected(self, have: Reading | None, want: State | None) -> State | None:
        """Without the content."""
        return None if want is None else {_DIGEST: want.get(_DIGEST)}

    @property
    def _name(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.key}


def uploaded(text: str) -> State:
    """The state of an object with this text."""
    return {_DIGEST: hashlib.sha256(text.encode()).hexdigest(), _CONTENT: text}
