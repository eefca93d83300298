"""Canonical JSON by the fast encoder, for what holds no fraction."""

import json
from collections.abc import Mapping
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON (RFC 8785) of a content whose keys are plain ASCII.

    Args:
        content: Without fractions, in which alone this encoder departs from the canonical form; it
            is ten times as fast, and a batch has thousands of rows.
    """
    return _ENCODER.encode(dict(content)).encode()
