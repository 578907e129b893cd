"""Posts with planted tags: each tag has words of its own, so that it is known which ones are to be suggested."""

from random import Random

from blog.suggestions.text import TaggedPost

WORDS = {
    "gardening": "soil seeds compost roses hedge pruning tulips mulch greenhouse weeds",
    "python": "interpreter decorator generator lambda module tuple import exception closure class",
    "sailing": "rudder harbour mast jib tacking anchor tide keel wind buoy",
    "cooking": "butter saucepan simmer onion garlic oven recipe flour whisk knife",
}
COMMON = "today again people thing place people year work small great".split()


def planted_posts(count: int = 60) -> list[TaggedPost]:
    """Return posts in order of time, each with one or two of the tags; every second one on Python has “testing” too."""
    random = Random(7)
    return [_post(number, random) for number in range(1, count + 1)]


def _post(number: int, random: Random) -> TaggedPost:
    tags = random.sample(sorted(WORDS), 1 + number % 2)
    own = [word for tag in tags for word in random.sample(WORDS[tag].split(), 6)]
    text = own * 2 + random.choices(COMMON, k=20)
    random.shuffle(text)
    if "python" in tags and number % 4 < 3:
        tags.append("testing")
    return TaggedPost(f"Number {number}", " ".join(text), authors=("ada",), tags=tuple(tags), key=number)
