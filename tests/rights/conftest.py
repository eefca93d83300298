"""The realm of the interface's tests, asked at its desks too."""

from tests.api.conftest import realm

__all__ = ["realm"]
