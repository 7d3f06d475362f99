"""Where values lie in an answer, and where the next page is."""

from __future__ import annotations

import pytest

from connectors.sdk import Json, PermanentError
from connectors.sources.rest_api.paging import next_link, on_host
from connectors.sources.rest_api.paths import fields, find, find_all, has, lists, shape

ITEM: Json = {
    "id": 7,
    "a": {"b": {"c": 1}, "list": [{"x": 1}, {"x": 2}]},
    "a.b": "a key with a dot",
    "dc:title": {"@value": "Titled"},
    "null": None,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", 7),
        ("a.b", "a key with a dot"),
        ("a.b.c", 1),
        ("a.list.1.x", 2),
        ("a.list.9.x", None),
        ("dc:title.@value", "Titled"),
        ("$.a.list[*].x", [1, 2]),
        ("$['a.b']", "a key with a dot"),
        ("id.deeper", None),
        ("missing", None),
        ("", None),
    ],
)
def test_a_name_a_dotted_path_or_a_jsonpath_finds_its_value(path: str, value: Json) -> None:
    assert find(path, ITEM) == value


def test_null_is_there_and_missing_is_not() -> None:
    assert (has("null", ITEM), has("missing", ITEM)) == (True, False)
    assert find_all("missing", ITEM) == []


def test_the_fields_of_an_item_can_be_found_again_by_their_names() -> None:
    found = fields({"id": 1, "author": {"name": "Ann", "tags": ["x"]}, "empty": {}})
    assert found == {"id": 1, "author.name": "Ann", "author.tags": ["x"], "empty": {}}
    assert list(fields({"a": {"b": {"c": {"d": 1}}}})) == ["a.b.c"]


def test_lists_of_objects_are_offered_longest_first() -> None:
    assert lists({"data": {"rows": [{}, {}], "tags": ["a"]}, "links": [{}]}) == ["data.rows", "links"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "an empty object"),
        ({"a": 1}, "an object with the fields a"),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
        ("x", "text"),
        (1.5, "a number"),
        (True, "true or false"),
        (None, "null"),
    ],
)
def test_a_shape_is_half_a_sentence(value: Json, text: str) -> None:
    assert shape(value) == text


@pytest.mark.parametrize(
    ("header", "link"),
    [
        ('<https://a/?p=2>; rel="next"', "https://a/?p=2"),
        ('<https://a/?p=1>; rel="prev", <https://a/?p=3,4>; title="x, y"; rel=next', "https://a/?p=3,4"),
        ('</x>; rel="last Next"; foo', "/x"),
        ('<https://a/next>; rel="last"; title="rel=next"', None),
        ("<>; rel=prefetch", None),
        ("", None),
    ],
)
def test_the_next_page_in_a_link_header(header: str, link: str | None) -> None:
    assert next_link(header) == link


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("?page=2", "/v1/items?page=2"),
        ("/other?x=1#part", "/other?x=1"),
        ("https://api.example.com/v1/items?page=2", "/v1/items?page=2"),
        ("https://API.example.com:443/a", "/a"),
        ("http://api.example.com/a", "/a"),  # a server that does not know that TLS stands before it
    ],
)
def test_a_link_stays_on_its_host(link: str, path: str) -> None:
    assert on_host("https://api.example.com/v1/items?page=1", link) == path


@pytest.mark.parametrize(
    "link",
    ["https://evil.example.com/", "//169.254.169.254/", "https://api.example.com:8443/", "http://api.example.com:81/"],
)
def test_a_link_that_leaves_its_host_is_refused(link: str) -> None:
    with pytest.raises(PermanentError):
        on_host("https://api.example.com/v1/items", link)
