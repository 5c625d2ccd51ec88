import re
from pathlib import Path

import pytest

from photofind.errors import BadInputError
from photofind.tagging.vocabulary import Vocabulary, load_vocabulary

ABOUT_PEOPLE = """
man woman boy girl old young beautiful ugly fat thin bald blonde christian muslim jewish hindu
buddhist black white asian african european american foreign poor rich criminal sick disabled
pregnant happy sad angry smart stupid wheelchair
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "vocabulary.toml"


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    return load_vocabulary()


def test_that_the_shipped_vocabulary_has_about_six_hundred_tags(shipped: Vocabulary) -> None:
    assert 550 <= len(shipped.labels) <= 700
    assert "beach" in shipped.labels


def test_that_every_tag_has_prompts_of_its_own(shipped: Vocabulary) -> None:
    met: dict[tuple[str, ...], str] = {}
    for label in shipped.labels:
        prompts = shipped.prompts_of(label)
        assert all(prompt and "{}" not in prompt for prompt in prompts)
        assert met.setdefault(prompts, label) == label


def test_that_no_shipped_tag_judges_people(shipped: Vocabulary) -> None:
    # These are about a sport and about a picture.
    allowed = {"American football", "black and white"}
    for label in set(shipped.labels) - allowed:
        words = " ".join([label, *shipped.prompts_of(label)]).lower()
        assert not set(re.findall("[a-z]+", words)) & set(ABOUT_PEOPLE.split()), label


def test_that_tags_are_nested_up_to_a_root(shipped: Vocabulary) -> None:
    assert shipped.ancestors_of("tulip") == ("flower", "plants")
    assert shipped.parent_of("animal") is None


def test_that_a_missing_own_file_changes_nothing(own: Path, shipped: Vocabulary) -> None:
    assert load_vocabulary(own) == shipped


def test_that_an_own_file_adds_overrides_and_removes(own: Path, shipped: Vocabulary) -> None:
    own.write_text(
        'remove = ["Tiger"]\n[tags]\n"Grandma\'s  house" = { parent = "building" }\n'
        '"beach" = { parent = "place", wordings = ["the beach at Falmouth"] }\n',
        "utf-8",
    )

    vocabulary = load_vocabulary(own)

    assert set(vocabulary.labels) - set(shipped.labels) == {"Grandma's house"}
    assert set(shipped.labels) - set(vocabulary.labels) == {"tiger"}
    assert "a photo of a Grandma's house." in vocabulary.prompts_of("Grandma's house")
    assert vocabulary.parent_of("beach") == "place"
    assert "a photo of the beach at Falmouth." in vocabulary.prompts_of("beach")


def test_that_what_is_below_a_removed_tag_moves_up(own: Path) -> None:
    own.write_text('remove = ["flower"]', "utf-8")

    assert load_vocabulary(own).ancestors_of("tulip") == ("plants",)


def test_that_case_and_composition_do_not_make_another_tag(own: Path, shipped: Vocabulary) -> None:
    own.write_text('[tags]\n"FLOWER" = { parent = "Plants" }\n', "utf-8")

    vocabulary = load_vocabulary(own)

    assert len(vocabulary.labels) == len(shipped.labels)
    assert vocabulary.ancestors_of("tulip") == ("FLOWER", "plants")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[tags]\nbeach = {", "vocabulary.toml"),
        ("beach = {}", "beach"),
        ("tags = 3", "tags"),
        ('remove = "beach"', "remove"),
        ('remove = ["no such tag"]', "no such tag"),
        ("[tags]\nmine = 3", "mine"),
        ("[tags]\nmine = { prompt = 3 }", "prompt"),
        ("[tags]\nmine = { parent = 3 }", "mine"),
        ('[tags]\nmine = { parent = "nowhere" }', "nowhere"),
        ("[tags]\nmine = { wordings = [] }", "mine"),
        ('[tags]\nmine = { wordings = "a photo" }', "mine"),
        ('[tags]\nmine = { wordings = [" "] }', "mine"),
        ('[tags]\n" " = {}', "no name"),
        ('[tags]\nmine = {}\n"Mine" = {}', "Mine"),
        ('[tags]\nplants = { parent = "flower" }', "below itself"),
    ],
)
def test_that_a_faulty_file_is_named_with_its_entry(own: Path, text: str, named: str) -> None:
    own.write_text(text, "utf-8")

    with pytest.raises(BadInputError) as caught:
        load_vocabulary(own)

    assert str(own) in caught.value.message
    assert named in caught.value.message
    assert caught.value.hint


def test_that_a_file_that_is_no_text_is_an_error(own: Path) -> None:
    own.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(BadInputError, match="cannot be read"):
        load_vocabulary(own)
