"""Refusals: what the registry says when it will not do a thing, and why.

    Refusal
    ├── Malformed        the input is not what it claims to be (field, value)
    ├── Unauthenticated  nobody is named by the request
    ├── Forbidden        the person holds no grant for this act
    ├── NotFound         no such thing, or none that this person may know of
    ├── Conflict         the state has moved on: stale version, duplicate number
    ├── RuleRefused      a rule of law, quoted from the rulebook, forbids it
    └── Gone             it was shown once and has been lawfully withdrawn

    Broken               the installation itself is unfit: setting, engine, rulebook

A refusal is a code with parameters; its words, Chinese and English, stand in `registry/texts`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class Refusal(Exception):
    """The root of every refusal; `code` names the text, `field` the input it speaks of."""

    def __init__(self, code: str, /, *, field: str | None = None, **params: object) -> None:
        super().__init__(code, field, params)
        self.code = code
        self.field = field
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        """Return the code and its parameters, for logs; people read `texts.say`."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({shown})" + (f" at {self.field}" if self.field else "")


class Malformed(Refusal):
    """The input is not what it claims to be."""


class Unauthenticated(Refusal):
    """Nobody is named by the request."""


class Forbidden(Refusal):
    """The person holds no grant for this act."""


class NotFound(Refusal):
    """There is no such thing, or none that this person may know of."""


class Conflict(Refusal):
    """The state has moved on, or the thing exists already."""


class RuleRefused(Refusal):
    """A rule of law or of the rulebook forbids the act."""


class Gone(Refusal):
    """It was shown once and has been lawfully withdrawn."""


@contextmanager
def pointing_into(field: str) -> Iterator[None]:
    """Let what is refused within point into a field, where the input of one act is a part of another's."""
    try:
        yield
    except Refusal as refusal:
        if refusal.field is not None:
            refusal.field = f"{field}.{refusal.field}"
        raise


class Broken(Exception):
    """The installation is unfit to start: a setting, the engine or the rulebook is wrong."""

    def __init__(self, what: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__("\n".join([what, *problems]))
        self.what = what
        self.problems = tuple(problems)
