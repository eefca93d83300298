"""The fast encoder gives the canonical form wherever there is no fraction."""

import rfc8785
from hypothesis import given as drawn
from hypothesis import strategies as st

from registry.log.canonical import canonical

_KEYS = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
_WHOLE = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | _WHOLE | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@drawn(content=st.dictionaries(_KEYS, _VALUES, max_size=6))
def test_it_equals_the_standard_where_nothing_is_a_fraction(content: dict[str, object]) -> None:
    assert canonical(content) == rfc8785.dumps(content)  # type: ignore[arg-type]
