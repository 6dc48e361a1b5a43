"""Measures encoders beside each other: the same softmax-regression head on each one's embeddings, on held-out text.

Sets whose licence does not allow training (iOS reviews, airline tweets, app review themes) are only measured on, and
are left out where the folder lacks them.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

import corpus

SEEDS = (0, 1, 2)
STRENGTHS = {"few": 30.0, "many": 3.0}
LONGEST = 256


class Encoder:
    """An encoder folder, one text a run as the product runs it."""

    def __init__(self, folder: Path, model: str = "onnx/model_quantized.onnx"):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder / model), options, ["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)

    def embed(self, texts: list[str]) -> np.ndarray:
        rows = []
        for encoding in self.tokenizer.encode_batch(texts):
            ids = np.array([encoding.ids], np.int64)
            inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            mean = self.session.run(None, inputs)[0][0].mean(0)
            rows.append(mean / np.linalg.norm(mean))
        return np.array(rows)


def columns(data: Path, name: str, text: str, label: str, wanted=lambda row: True):
    """Texts and labels of a file, or None where the folder lacks it."""
    if not (data / name).exists():
        return None
    rows = [row for row in corpus.rows(data / name) if wanted(row) and row[text].strip()]
    return [row[text] for row in rows], np.array([row[label] for row in rows])


def predicted(train, labels, test, strength: float) -> np.ndarray:
    return LogisticRegression(C=strength, max_iter=500).fit(train, labels).predict(test)


def macro_recall(truth, found) -> float:
    return float(np.mean([(found[truth == label] == label).mean() for label in np.unique(truth)]))


def few(labels: np.ndarray, each: int, seed: int) -> np.ndarray:
    """`each` members of every class, drawn by the seed."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.permutation(np.flatnonzero(labels == label))[:each] for label in np.unique(labels)])


def few_shot(encoder: Encoder, train, test, counts) -> dict:
    """Accuracy on the test part with so many labels of each class: mean and standard deviation over the seeds."""
    inputs, held_out = encoder.embed(train[0]), encoder.embed(test[0])
    found = {}
    for each in counts:
        scores = []
        for seed in SEEDS:
            chosen = few(train[1], each, seed)
            scores.append((predicted(inputs[chosen], train[1][chosen], held_out, STRENGTHS["few"]) == test[1]).mean())
        found[f"{each} a class"] = (float(np.mean(scores)), float(np.std(scores)))
    return found


def halves(texts: list[str], labels: np.ndarray, seed: int = 0):
    order = np.random.default_rng(seed).permutation(len(texts))
    part = lambda indices: ([texts[i] for i in indices], labels[indices])
    return part(order[: len(texts) // 2]), part(order[len(texts) // 2 :])


def measure(encoder: Encoder, data: Path) -> dict:
    banking = [columns(data, f"banking77_{part}.csv.gz", "text", "category") for part in ("train", "test")]
    clinc = [columns(data, "clinc150.csv.gz", "text", "intent", lambda row: row["split"] == part) for part in ("train", "test")]
    tweets = [columns(data, f"tweeteval_sentiment_{part}.csv.gz", "text", "label") for part in ("val", "test_half")]
    found = {}
    for name, value in few_shot(encoder, *banking, (8, 20)).items():
        found[f"banking77 {name}, accuracy"] = value
    for name, value in few_shot(encoder, *clinc, (8,)).items():
        found[f"clinc150 {name}, accuracy"] = value
    train, test = (encoder.embed(part[0]) for part in tweets)
    score = macro_recall(tweets[1][1], predicted(train, tweets[0][1], test, STRENGTHS["many"]))
    found["TweetEval sentiment, macro-recall"] = (score, 0.0)
    themes = columns(data, "app_review_themes.csv.gz", "review", "task")
    if themes:
        for name, value in few_shot(encoder, *halves(*themes), (20, 100)).items():
            found[f"app review themes {name}, accuracy (never trained on)"] = value
    reasons = columns(data, "airline_tweets.csv.gz", "text", "negativereason", lambda row: row["negativereason"] not in ("", "Can't Tell"))
    if reasons:
        for name, value in few_shot(encoder, *halves(*reasons), (20,)).items():
            found[f"airline reasons {name}, accuracy (never trained on)"] = value
    stars = columns(data, "ios_app_reviews.csv.gz", "comment", "rating")
    if stars:
        classes = np.array([2 if rating == "5" else 1 if rating == "4" else 0 for rating in stars[1]])
        train, test = halves(stars[0], classes)
        found_ = predicted(encoder.embed(train[0]), train[1], encoder.embed(test[0]), STRENGTHS["many"])
        found["iOS reviews NPS class, macro-recall (never trained on)"] = (macro_recall(test[1], found_), 0.0)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="JSON file of the figures")
    parser.add_argument("encoders", type=Path, nargs="+", help="folders with config.json, tokenizer.json, onnx/")
    given = parser.parse_args()
    figures = {}
    for folder in given.encoders:
        figures[folder.name] = measure(Encoder(folder), given.data)
        for name, (mean, deviation) in figures[folder.name].items():
            print(f"{folder.name:24} {name:64} {mean:.4f} ± {deviation:.4f}", flush=True)
    if given.out:
        given.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
