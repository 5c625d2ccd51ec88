"""Typed text in parts, completions, requests and the file of recent searches."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.errors import BadInputError, QueryError
from photofind.gui.search.completion import FILTERS, Kind, completions, filter_at
from photofind.gui.search.recents import KEPT, read_recents, with_recent, write_recents
from photofind.gui.search.request import SearchRequest, filter_label, filter_parts
from photofind.gui.search.typed import Part, parts, without_parts, words_of
from photofind.search.parser import parse
from photofind.search.syntax import From, PartialDate

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
        ]
    ),
    max_size=6,
).map(" ".join)


@given(_TYPED | st.text(max_size=40))
def test_that_parts_agree_with_the_parser(text: str) -> None:
    found = parts(text)
    wrong = any(part.error is not None for part in found)
    try:
        query = parse(f"x {text}")
    except QueryError:
        assert wrong
        return
    assert not wrong
    assert tuple(part.filter for part in found if part.filter is not None) == query.filters
    assert parse(f"x {words_of(found)}").text == query.text


@given(_TYPED | st.text(max_size=40))
def test_that_parts_lie_side_by_side_and_errors_in_their_part(text: str) -> None:
    end = 0
    for part in parts(text):
        assert end <= part.start < part.end <= len(text)
        assert text[part.start : part.end] == part.text
        assert part.error is None or part.start <= part.error_start < part.end
        end = part.end


@given(_TYPED)
def test_that_the_text_without_its_filters_has_the_same_words(text: str) -> None:
    found = parts(text)
    filters = [part for part in found if part.filter is not None]
    rest = parts(without_parts(text, filters))
    assert [part.text for part in rest] == [part.text for part in found if part not in filters]


def test_that_an_error_in_a_filter_has_its_column_in_the_whole_text() -> None:
    (part,) = [part for part in parts("dog from:2019-13") if part.error is not None]
    assert part.error_start == len("dog from:2019-")


@pytest.mark.parametrize(
    ("typed", "unfinished"),
    [("from:", True), ('"a dog', True), ('folder:"My', True), ("from:banana", False)],
)
def test_that_what_typing_can_mend_is_unfinished(typed: str, unfinished: bool) -> None:
    last: Part = parts(typed)[-1]
    assert last.error is not None
    assert last.unfinished is unfinished


def test_that_every_filter_of_the_parser_is_offered_with_an_example_it_understands() -> None:
    with pytest.raises(QueryError) as refused:
        parse("nothing:x")
    offered = ", ".join(f"{name}:" for name in FILTERS)
    assert f"expected one of {offered}." in refused.value.message
    for name, (example, _) in FILTERS.items():
        (one,) = parse(example).filters
        assert filter_parts(one)[1] == name


def test_that_filters_are_offered_from_two_letters_on() -> None:
    assert [one.text for one in completions("a t", 3, (), {})] == []
    assert [one.text for one in completions("a ty", 4, (), {})] == ["type:"]
    assert [one.text for one in completions("-fo", 3, (), {})] == ["-folder:"]


def test_that_recents_are_offered_by_their_beginning() -> None:
    recents = ("dog on a beach", "red car", "dog")
    assert [one.text for one in completions("do", 2, recents, {})] == ["dog on a beach", "dog"]
    assert [one.text for one in completions("dog", 3, recents, {})] == ["dog on a beach"]
    everything = [one.kind for one in completions("", 0, recents, {})]
    assert everything == [Kind.RECENT] * 3 + [Kind.CLEAR] + [Kind.FILTER] * 6


def test_that_values_that_begin_as_typed_come_first_and_are_quoted_where_needed() -> None:
    values = {"folder": ["My Photos", "Old photos", "Photos"]}
    offered = completions("folder:pho", 10, (), values)
    assert [one.text for one in offered] == ["Photos", "My Photos", "Old photos"]
    assert offered[1].insertion == 'folder:"My Photos" '


def test_that_a_value_typed_in_full_is_not_offered() -> None:
    assert completions("tag:beach", 9, (), {"tag": ["beach"]}) == []


def test_that_types_are_known_without_asking() -> None:
    assert "jpeg" in [one.text for one in completions("type:", 5, (), {})]


@given(st.sampled_from(["tag", "folder", "camera"]), st.text(min_size=1, max_size=20))
def test_that_every_completed_value_parses_to_itself(name: str, value: str) -> None:
    value = " ".join(value.replace("/", " ").split())
    if not value:
        return
    (offered,) = completions(f"{name}:", len(name) + 1, (), {name: [value]})
    try:
        (one,) = parse(offered.insertion).filters
    except QueryError:
        pytest.fail(f"{offered.insertion!r} is not understood")
    assert filter_parts(one) == (False, name, value)


def test_that_the_filter_at_the_cursor_is_found_in_its_quotes() -> None:
    assert filter_at('dog folder:"My Pho', 18) == ("folder", "My Pho")
    assert filter_at("dog from:2019", 2) is None
    assert filter_at("https://example.org", 10) is None


def test_that_a_request_writes_what_the_parser_reads() -> None:
    request = SearchRequest("a dog", 'from:2019 -folder:"My Photos"')
    assert request.query == 'a dog from:2019 -folder:"My Photos"'
    first, second = request.each_filter()
    assert first.criterion == From(PartialDate(2019))
    assert filter_label(second) == "−folder:My Photos"
    assert request.without(first) == SearchRequest("a dog", '-folder:"My Photos"')
    assert request.without(first).without(second) == SearchRequest("a dog")


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
