"""The text that what ships may be trained on: banking77, CLINC150, TweetEval (validation part), Skytrax, our own."""

import csv
import gzip
import json
import random
import re
from pathlib import Path

# file, column, rows that count; parts that figures are measured on stay out.
SOURCES = (
    ("banking77_train.csv.gz", "text", lambda row: True),
    ("clinc150.csv.gz", "text", lambda row: row["split"] in ("train", "oos_train")),
    ("tweeteval_sentiment_val.csv.gz", "text", lambda row: True),
    ("skytrax_reviews.csv.gz", "content", lambda row: row["date"] < "2014-01-01"),
)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
LONGEST_WORDS = 60


def rows(path: Path):
    with gzip.open(path, "rt", newline="", encoding="utf8") as file:
        yield from csv.DictReader(file)


def read(data: Path, taxonomy: Path, seed: int) -> list[str]:
    """Distinct texts in a fixed order: each source's texts, the sentences of long ones, and neighbours joined."""
    random_ = random.Random(seed)
    texts: dict[str, None] = {}
    for name, column, wanted in SOURCES:
        for row in rows(data / name):
            if not wanted(row):
                continue
            sentences = SENTENCE.split(row[column].strip())
            texts[" ".join(row[column].split()[:LONGEST_WORDS])] = None
            if len(sentences) > 2:
                for sentence in sentences:
                    texts[sentence] = None
                start = random_.randrange(len(sentences) - 1)
                texts[" ".join(sentences[start : start + 2])] = None
    for theme in json.loads(taxonomy.read_text())["themes"]:
        for text in [theme["description"], *theme["examples"]]:
            texts[text] = None
    return [text for text in texts if len(text.split()) > 1]
