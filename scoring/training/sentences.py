"""Sentences of customer feedback that the project writes itself, out of grammar.json."""

import json
import random
import re
from pathlib import Path

GRAMMAR = Path(__file__).with_name("grammar.json")
SLOT = re.compile(r"\{(\w+)\}")
TYPED_CARELESSLY = 0.25


def write(count: int, seed: int) -> list[str]:
    """So many distinct sentences; the same for the same seed and grammar."""
    grammar = json.loads(GRAMMAR.read_text(encoding="utf8"))
    random_ = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        text = expand(grammar, "{feedback}", random_)
        text = text[0].upper() + text[1:] if random_.random() > TYPED_CARELESSLY else careless(text, random_)
        found[text] = None
    return list(found)


def every(seed: int) -> list[str]:
    """Each phrase of the grammar once, its slots filled: no word of it is left out."""
    grammar = json.loads(GRAMMAR.read_text(encoding="utf8"))
    random_ = random.Random(seed)
    return [expand(grammar, phrase, random_) for phrases in grammar.values() for phrase in phrases]


def expand(grammar: dict, text: str, random_: random.Random) -> str:
    while slot := SLOT.search(text):
        text = text[: slot.start()] + random_.choice(grammar[slot[1]]) + text[slot.end() :]
    return text


def careless(text: str, random_: random.Random) -> str:
    """As people type: no capitals, all capitals, marks left out or repeated, letters swapped."""
    way = random_.randrange(5)
    if way == 0:
        return text.lower()
    if way == 1:
        return text.upper() if len(text) < 60 else text.lower()
    if way == 2:
        return re.sub(r"[.,']", "", text.lower())
    if way == 3:
        return text.rstrip(".") + random_.choice(["!!!", "...", "??", " :(", " :)", "!"])
    place = random_.randrange(max(1, len(text) - 2))
    return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]
