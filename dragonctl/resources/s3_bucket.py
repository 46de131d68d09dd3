"""An S3 bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Reader, Reading, Resource, State
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import AwsError, DragonError
from dragonctl.resources.creation_tags import TAGS, listed_tags, tags_of

_FIRST_REGION = "us-east-1"  # S3 takes no LocationConstraint there


@dataclass(frozen=True)
class Bucket(Resource):
    """A bucket of this account. State: ``name``, ``tags/<key>``.

    Facts: ``keys``, the first few of its objects. New buckets are private and encrypted by
    S3's own defaults (Amazon S3 user guide, "Blocking public access", since April 2023).
    """

    kind: ClassVar[str] = "s3-bucket"
    table: ClassVar[Table] = (Field("name", "name", plain=True), TAGS)
    name: str
    region: str

    def read(self, aws: Reader) -> Reading | None:
        """HeadBucket; then its tags and the first of its keys."""
        if self._head(aws) is None:
            return None
        tags = aws.get("s3", "GetBucketTagging", absent=("NoSuchTagSet",), Bucket=self.name)
        few: dict[str, Any] = {"Bucket": self.name, "MaxKeys": 5}
        listed = aws.get("s3", "ListObjectsV2", absent=("NoSuchBucket",), **few) or {}
        keys = tuple(item["Key"] for item in listed.get("Contents", []))
        state = {"name": self.name, **listed_tags((tags or {}).get("TagSet"))}
        return Reading(state, {"keys": keys})

    def _head(self, aws: Reader) -> dict[str, Any] | None:
        try:
            return aws.get("s3", "HeadBucket", absent=("404", "NoSuchBucket"), Bucket=self.name)
        except AwsError as error:
            if not is_denied(error):
                raise
            raise DragonError(
                f"The bucket {self.name} belongs to another account, or you may not read it.",
                "Bucket names are shared by all accounts: choose another in definitions/.",
                code=error.code,
                resource=self.identifier,
            ) from error

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateBucket and PutBucketTagging, which replaces all tags; or DeleteBucket."""
        if want is None:
            yield Call("s3", "DeleteBucket", {"Bucket": self.name})
            return
        if have is None:
            yield self._creation()
        tags = {**tags_of(have.state if have else {}), **tags_of(want)}
        if tags:
            tagging = {"TagSet": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}
            yield Call("s3", "PutBucketTagging", {"Bucket": self.name, "Tagging": tagging})

    def _creation(self) -> Call:
        place = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        params = {"Bucket": self.name, **(place if self.region != _FIRST_REGION else {})}
        return Call("s3", "CreateBucket", params, repeat="read-first")

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """Objects that this run does not delete."""
        gone = {name.rpartition("/")[2] for name, reading in done.items() if reading is None}
        left = [key for key in have.facts["keys"] if key.rpartition("/")[2] not in gone]
        return f"it holds other objects ({left[0]})" if left else None
