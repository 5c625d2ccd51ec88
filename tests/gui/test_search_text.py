"""Typed text in parts, completions, requests and the file of recent searches."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.errors import BadInputError, QueryError
from photofind.gui.search.completion import Completion, Kind, completions
from photofind.gui.search.recents import KEPT, read_recents, with_recent, write_recents
from photofind.gui.search.request import filter_label
from photofind.gui.search.typed import FilterAtCursor, TypedText, error_place
from photofind.search.parser import parse
from photofind.search.query import Query
from photofind.store.filter_kinds import FOLDER, FROM, KINDS
from photofind.store.filter_values import PartialDate
from photofind.store.filters import Filter
from tests.gui.search_harness import requested

_TYPED = st.lists(
    st.sampled_from(
        [
            *(
                "dog",
                "from:2019",
                "-tag:work",
                'folder:"My Photos"',
                '"a ""quoted"" word"',
                "12:30",
            ),
            *("https://example.org/x", "Paris:", 'tag:"a"b', "from:13-13", "foo:bar", '"open', " "),
            *("\t", "-", ":", '""', "ta:g", "CAMERA:nikon", "-to:2020-02", "ünïcode:", '"'),
            *("OR", "AND", "+", "2:dog", "(tag:a", "-(tag:b", "tag:c)", "image:x", "no", "people,"),
        ]
    ),
    max_size=6,
).map(" ".join)


def offered(
    text: str, cursor: int, recents: Sequence[str] = (), values: Mapping[str, Sequence[str]] = {}
) -> list[Completion]:
    return completions(TypedText(text), cursor, recents, values)


@given(_TYPED | st.text(max_size=40))
def test_that_parts_lie_side_by_side_and_errors_in_their_part(text: str) -> None:
    end = 0
    for part in TypedText(text).parts:
        assert end <= part.start < part.end <= len(text)
        assert text[part.start : part.end] == part.text
        if part.error is not None:
            start, error_end = error_place(part, part.error)
            assert part.start <= start < error_end == part.end
        end = part.end


@given(_TYPED)
def test_that_the_text_without_its_chips_has_the_same_words(text: str) -> None:
    typed = TypedText(text)
    rest = TypedText(typed.without(typed.chips))
    assert [part.text for part in rest.parts] == [
        part.text for part in typed.parts if part not in typed.chips
    ]
    words = tuple(term for term in typed.query.terms if not term.is_picture)
    assert rest.query == Query(words)


def test_that_an_error_in_a_filter_has_its_column_in_the_whole_text() -> None:
    broken = TypedText("dog from:2019-13").broken
    assert broken is not None
    assert broken.error is not None
    assert error_place(broken, broken.error)[0] == len("dog from:2019-")


def test_that_every_filter_is_offered_with_an_example_it_understands() -> None:
    everything = offered("", 0)
    assert [one.insertion for one in everything] == [f"{name}:" for name in KINDS]
    for one, kind in zip(everything, KINDS.values(), strict=True):
        (example,) = parse(one.note.removeprefix("for example ")).filters
        assert isinstance(example, Filter)
        assert example.kind is kind


def test_that_filters_are_offered_from_two_letters_on() -> None:
    assert [one.text for one in offered("a t", 3, (), {})] == []
    assert [one.text for one in offered("a ty", 4, (), {})] == ["type:"]
    assert [one.text for one in offered("-fo", 3, (), {})] == ["folder:"]


@pytest.mark.parametrize(
    ("typed", "insertion"),
    [("tag:a OR ta", "tag:"), ("(ta", "(tag:"), ("a -(ta", "-(tag:"), ("(tag:a OR -ta", "tag:")],
)
def test_that_filters_are_offered_behind_or_and_in_groups(typed: str, insertion: str) -> None:
    assert [one.insertion for one in offered(typed, len(typed))] == [insertion]


@pytest.mark.parametrize("typed", ["tag:a OR ", "(tag:a ", "(", "dog (tag:a) OR -"])
def test_that_every_filter_is_offered_where_nothing_else_can_stand(typed: str) -> None:
    assert [one.text for one in offered(typed, len(typed))] == [f"{name}:" for name in KINDS]


@pytest.mark.parametrize("typed", ["cats OR ", "dog ", "(tag:a) ", "dog (brown "])
def test_that_no_filter_is_offered_among_words(typed: str) -> None:
    assert offered(typed, len(typed)) == []


def test_that_values_are_offered_in_groups_and_quoted_where_they_would_end_one() -> None:
    values = {"tag": ["sea (north)", "sea"]}
    typed = "dog (tag:beach OR -tag:se"
    assert [one.insertion for one in offered(typed, len(typed), (), values)] == [
        'tag:"sea (north)" ',
        "tag:sea ",
    ]


def test_that_recents_are_offered_by_their_beginning() -> None:
    recents = ("dog on a beach", "red car", "dog")
    assert [one.text for one in offered("do", 2, recents, {})] == ["dog on a beach", "dog"]
    assert [one.text for one in offered("dog", 3, recents, {})] == ["dog on a beach"]
    everything = [one.kind for one in offered("", 0, recents, {})]
    assert everything == [Kind.RECENT] * 3 + [Kind.CLEAR] + [Kind.FILTER] * len(KINDS)


def test_that_values_that_begin_as_typed_come_first_and_are_quoted_where_needed() -> None:
    values = {"folder": ["My Photos", "Old photos", "Photos"]}
    found = offered("folder:pho", 10, (), values)
    assert [one.text for one in found] == ["Photos", "My Photos", "Old photos"]
    assert found[1].insertion == 'folder:"My Photos" '


def test_that_a_value_typed_in_full_is_not_offered() -> None:
    assert offered("tag:beach", 9, (), {"tag": ["beach"]}) == []


@given(st.sampled_from(["tag", "folder", "camera"]), st.text(min_size=1, max_size=20))
def test_that_every_completed_value_parses_to_itself(name: str, value: str) -> None:
    value = " ".join(value.replace("/", " ").split())
    if not value:
        return
    (found,) = offered(f"{name}:", len(name) + 1, (), {name: [value]})
    try:
        (one,) = parse(found.insertion).filters
    except QueryError:
        pytest.fail(f"{found.insertion!r} is not understood")
    assert isinstance(one, Filter)
    assert (one.negated, one.kind, one.kind.write(one.value)) == (False, KINDS[name], value)


def test_that_the_filter_at_the_cursor_is_found_in_its_quotes() -> None:
    typed = TypedText('dog -folder:"My Pho')
    assert typed.filter_at(19) == FilterAtCursor(FOLDER, "My Pho")
    assert typed.filter_at(2) is None
    assert TypedText("https://example.org").filter_at(10) is None


def test_that_a_request_can_do_without_each_of_its_filters() -> None:
    request = requested('a dog from:2019 -folder:"My Photos" from:2019')
    first, second, _ = request.query.filters
    assert first == Filter(FROM, PartialDate(2019))
    assert filter_label(second) == "−folder:My Photos"
    assert request.without(first) == requested('a dog -folder:"My Photos"')
    assert request.without(first).without(second) == requested("a dog")


def test_that_the_last_searches_are_kept_newest_first_and_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "recents.txt"
    assert read_recents(path) == ()
    queries: tuple[str, ...] = ()
    for number in range(KEPT + 5):
        queries = with_recent(queries, f"query {number}")
    queries = with_recent(queries, "Query 20")
    write_recents(path, queries)
    assert read_recents(path) == queries
    assert len(queries) == KEPT
    assert queries[:2] == ("Query 20", "query 24")
    assert list(path.parent.iterdir()) == [path]


def test_that_a_file_of_recents_that_is_no_text_is_read_as_far_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "recents.txt"
    path.write_bytes(b"dog\n\xff\xfe\n\ncat\n")
    assert [query for query in read_recents(path) if query.isascii()] == ["dog", "cat"]


def test_that_recents_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="recent searches"):
        read_recents(tmp_path)
