"""Documents as accidents leave them: cut, doubled, mixed up and grafted, for the adapters' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**300, max_value=10**400),
    st.floats(allow_nan=False),
    st.text(max_size=30),
    st.sampled_from(["\ud800", "\x00", "<b", "<!--", "&#xd800;", "0001-01-01T00:00:00+14:00"]),
)
TREES = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=4), st.dictionaries(st.text(max_size=8), below, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def mangled(draw: st.DrawFn, bodies: Sequence[bytes]) -> bytes:
    """One of the bodies with a few pieces removed, replaced or repeated."""
    body = bytearray(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(body)))
        to = min(len(body), at + draw(st.integers(0, 40)))
        piece = draw(
            st.one_of(st.binary(max_size=6), st.just(bytes(body[at:to]) * 2), st.just(b""))
        )
        body[at:to] = piece
    return bytes(body)


@st.composite
def grafted(draw: st.DrawFn, tree: dict[str, Any]) -> dict[str, Any]:
    """The tree with some of its values, at any depth, replaced by anything at all."""

    def copy(value: Any, odds: int) -> Any:
        if draw(st.integers(0, odds)) == 0:
            return draw(TREES)
        if isinstance(value, dict):
            return {key: copy(each, odds) for key, each in value.items()}
        return [copy(each, odds) for each in value] if isinstance(value, list) else value

    odds = draw(st.sampled_from([3, 10, 40]))
    return {key: copy(value, odds) for key, value in tree.items()}
