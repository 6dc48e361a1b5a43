"""Distils all-MiniLM-L6-v2 into fewer layers and words: the student learns to give the teacher's embeddings."""

import argparse
import json
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from tokenizers import Tokenizer

import bert
import corpus
import teacher
import vocabulary

SEED = 20260101
LAYERS = (0, 1, 3, 5)
WORDS = 11_000
POSITIONS = 256
BATCH = 64
MULTIPLE = 16
PEAK_RATE = 4e-4
WARM_UP = 200
LONGEST = 96


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the corpora that corpus.py names")
    parser.add_argument("--taxonomy", type=Path, required=True, help="scoring/themes.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for student.npz and tokenizer.json")
    parser.add_argument("--epochs", type=int, default=4)
    return parser.parse_args()


def encode(tokenizer: dict, texts: list[str]) -> list[list[int]]:
    made = Tokenizer.from_str(json.dumps(tokenizer))
    made.no_padding()
    made.enable_truncation(LONGEST)
    return [encoding.ids for encoding in made.encode_batch(texts)]


def teach(texts: list[str], tokenizer: dict) -> np.ndarray:
    """The teacher's embedding of every text."""
    weights = jax.tree.map(jnp.asarray, teacher.load_teacher())
    encodings = encode(tokenizer, texts)
    embed = jax.jit(bert.embed)
    targets = np.zeros((len(texts), 384), np.float32)
    for indices in bert.batches(encodings, BATCH, MULTIPLE, range(len(texts))):
        targets[indices] = embed(weights, *bert.padded(encodings, indices, MULTIPLE))
    return targets


def start(kept: list[int]) -> dict:
    """The student before training: some of the teacher's layers, the kept words."""
    weights = teacher.load_teacher()
    return {
        **weights,
        "word": weights["word"][kept],
        "position": weights["position"][:POSITIONS],
        "layers": [weights["layers"][index] for index in LAYERS],
    }


def loss(weights, ids, mask, targets):
    """Distance of the embeddings, and of the similarities within the batch."""
    found = bert.embed(weights, ids, mask)
    distance = ((found - targets) ** 2).sum(-1).mean()
    similarity = ((found @ found.T - targets @ targets.T) ** 2).mean()
    return distance + similarity


@jax.jit
def step(weights, first, second, count, rate, ids, mask, targets):
    """One step of Adam (Kingma and Ba 2015)."""
    value, gradient = jax.value_and_grad(loss)(weights, ids, mask, targets)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.98 * v + 0.02 * g * g, second, gradient)
    correct1, correct2 = 1 - 0.9**count, 1 - 0.98**count
    move = lambda w, m, v: w - rate * (m / correct1) / (jnp.sqrt(v / correct2) + 1e-8)
    return jax.tree.map(move, weights, first, second), first, second, value


def save(folder: Path, weights: dict) -> None:
    leaves, _ = jax.tree.flatten_with_path(weights)
    arrays = {jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(leaf) for path, leaf in leaves}
    np.savez(folder / "student.npz", **arrays)


def main():
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    texts = corpus.read(given.data, given.taxonomy, SEED)
    whole = json.loads((teacher.teacher_folder() / "tokenizer.json").read_text())
    cut, kept = vocabulary.prune(whole, texts, WORDS)
    (given.out / "tokenizer.json").write_text(json.dumps(cut, ensure_ascii=False, separators=(",", ":")))
    print(f"{len(texts)} texts, {len(kept)} words", flush=True)
    cache = given.out / "targets.npy"
    targets = np.load(cache) if cache.exists() else teach(texts, whole)
    np.save(cache, targets)
    encodings = encode(cut, texts)
    weights = jax.tree.map(jnp.asarray, start(kept))
    zeros = jax.tree.map(jnp.zeros_like, weights)
    first, second, count, began = zeros, zeros, 0, time.time()
    random_ = np.random.default_rng(SEED)
    steps = given.epochs * -(-len(texts) // BATCH)
    for epoch in range(given.epochs):
        groups = bert.batches(encodings, BATCH, MULTIPLE, random_.permutation(len(texts)))
        losses = []
        for group in random_.permutation(len(groups)):
            indices = groups[group]
            count += 1
            rate = PEAK_RATE * min(count / WARM_UP, (steps - count) / (steps - WARM_UP))
            ids, mask = bert.padded(encodings, indices, MULTIPLE)
            weights, first, second, value = step(weights, first, second, count, rate, ids, mask, targets[indices])
            losses.append(float(value))
            if count % 100 == 0:
                print(f"epoch {epoch} step {count}/{steps} loss {np.mean(losses[-100:]):.4f} {time.time() - began:.0f} s", flush=True)
        save(given.out, weights)


if __name__ == "__main__":
    main()
