"""What these tests share: an application that runs."""

from tests.local.serving import application  # noqa: F401 (a fixture)
