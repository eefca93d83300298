"""Where a path and a body name the same thing, they must agree."""

from registry.errors import Malformed


def same_id(in_path: str, in_body: str, field: str) -> None:
    """Refuse a body that speaks of another thing than its path.

    Raises:
        Malformed: They differ.
    """
    if in_path != in_body:
        raise Malformed("path.differs", field=field, path=in_path, body=in_body)
