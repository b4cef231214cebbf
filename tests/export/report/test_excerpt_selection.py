"""An excerpt shows each chosen message with five before and after it, and counts exactly what it leaves out."""

from __future__ import annotations

from hypothesis import given, strategies

from archiver.export.report.excerpt import CONTEXT, ExcerptMessage, OmittedMessages, select_excerpt

Piece = tuple[int, bool] | tuple[int, int, int]


def pieces(items: list[int], chosen: set[int], context: int = CONTEXT) -> list[Piece]:
    """The pieces as plain tuples: (item, star), or (first, last, count) of what is left out."""
    found = select_excerpt(items, chosen.__contains__, context=context)
    return [
        (piece.first, piece.last, piece.count) if isinstance(piece, OmittedMessages) else (piece.item, piece.star)
        for piece in found
    ]


def plainly(items: list[int], chosen: set[int], context: int) -> list[Piece]:
    """The same, worked out again with the whole list at hand."""
    near = {
        place
        for centre, item in enumerate(items)
        if item in chosen
        for place in range(max(0, centre - context), min(len(items), centre + context + 1))
    }
    pieces: list[Piece] = []
    hidden: list[int] = []
    for place, item in enumerate(items):
        if place not in near:
            hidden.append(item)
            continue
        if hidden:
            pieces.append((hidden[0], hidden[-1], len(hidden)))
            hidden = []
        pieces.append((item, item in chosen))
    return [*pieces, (hidden[0], hidden[-1], len(hidden))] if hidden else pieces


def test_five_before_and_after() -> None:
    """One message in the middle of many has its neighbours, and the others are counted on both sides."""
    expected = [(1, 14, 14), *((number, number == 20) for number in range(15, 26)), (26, 40, 15)]

    assert expected == pieces(list(range(1, 41)), {20})


def test_two_close_to_each_other_leave_nothing_out_between() -> None:
    """Contexts that touch are one range."""
    excerpt = pieces(list(range(1, 31)), {10, 20})

    assert [(1, 4, 4), (26, 30, 5)] == [piece for piece in excerpt if len(piece) == 3]


def test_nothing_chosen_is_one_elision() -> None:
    """Without a chosen message all are left out, and an empty room gives nothing."""
    assert [(1, 3, 3)] == pieces([1, 2, 3], set())
    assert [] == pieces([], {1})


@given(
    count=strategies.integers(0, 60),
    chosen=strategies.sets(strategies.integers(0, 59), max_size=8),
    context=strategies.integers(0, 6),
)
def test_it_is_what_a_plain_account_gives(count: int, chosen: set[int], context: int) -> None:
    """Whatever is chosen, every message is shown once or counted once, as the whole list tells."""
    items = list(range(count))

    assert plainly(items, chosen, context) == pieces(items, chosen, context)


def test_messages_need_not_be_numbered_without_holes() -> None:
    """What is left out is counted, not worked out from its numbers."""
    assert [(10, 30, 3), (40, True)] == pieces([10, 20, 30, 40], {40}, context=0)


def test_a_shown_message_is_the_message_itself() -> None:
    """Pieces carry what was given."""
    assert [ExcerptMessage("a", star=True)] == list(select_excerpt(["a"], lambda _: True))
