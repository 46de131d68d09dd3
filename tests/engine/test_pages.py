"""Lists that AWS gives page by page."""

from __future__ import annotations

import pytest

from dragonctl.engine.reads import Reads


class Paged:
    """Answers with these pages; asked for more than there are, it fails."""

    region, partition = "eu-west-1", "aws"

    def __init__(self, *pages):
        self.pages, self.asked = list(pages), []

    def paging(self, service, operation):
        return [("Marker", "NextMarker"), ("Kind", "NextKind")]

    def send(self, service, operation, params, region=None):
        self.asked.append(params.get("Marker"))
        assert self.pages, "asked for a page that follows the last"
        return self.pages.pop(0)


@pytest.mark.parametrize(
    ("pages", "items"),
    [
        ([{"Items": [1], "NextMarker": "a"}, {"Items": [2]}], [1, 2]),
        ([{"Items": [1], "NextMarker": "a"}, {"NextMarker": "b"}, {"Items": [2]}], [1, 2]),
        # An endpoint that gives the token it was given has come to its end.
        ([{"Items": [1], "NextMarker": "a"}, {"Items": [2], "NextMarker": "a"}], [1, 2]),
        # Where two tokens say how to go on, one of them may well stay as it is.
        (
            [
                {"Items": [1], "NextMarker": "a", "NextKind": "x"},
                {"Items": [2], "NextMarker": "b", "NextKind": "x"},
                {"Items": [3]},
            ],
            [1, 2, 3],
        ),
        ([{"Items": [1], "NextMarker": "a", "IsTruncated": False}], [1]),
    ],
)
def test_every_page_is_read_once(pages, items):
    aws = Paged(*pages)
    assert Reads(aws).pages("tiny", "List", "Items") == items
    assert aws.pages == []
    assert len(aws.asked) == len(pages)
