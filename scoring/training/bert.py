"""BERT as all-MiniLM-L6-v2 has it, in JAX: from token ids to the mean-pooled, normalised embedding of each text."""

import jax
import jax.numpy as jnp
import numpy as np

from teacher import EPSILON, HEADS


def _norm(x, weights):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + EPSILON) * weights["scale"] + weights["bias"]


def _dense(x, weights):
    return x @ weights["matrix"] + weights["bias"]


def _layer(x, mask, weights):
    batch, length, width = x.shape
    heads = lambda y: y.reshape(batch, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)
    query, key, value = (heads(_dense(x, weights[name])) for name in ("query", "key", "value"))
    attention = query @ key.transpose(0, 1, 3, 2) / jnp.sqrt(width // HEADS) + mask
    mixed = (jax.nn.softmax(attention, -1) @ value).transpose(0, 2, 1, 3).reshape(batch, length, width)
    x = _norm(x + _dense(mixed, weights["mix"]), weights["norm1"])
    return _norm(x + _dense(jax.nn.gelu(_dense(x, weights["wide"]), approximate=False), weights["narrow"]), weights["norm2"])


def embed(weights, ids, mask):
    """ids, mask: [batch, length]; the answer is [batch, 384], each row of length 1."""
    x = weights["word"][ids] + weights["position"][: ids.shape[1]] + weights["type"]
    x = _norm(x, weights["norm"])
    hidden = (1 - mask[:, None, None, :]) * -1e9
    for layer in weights["layers"]:
        x = _layer(x, hidden, layer)
    pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return pooled / jnp.linalg.norm(pooled, axis=-1, keepdims=True)


def batches(encodings: list[list[int]], size: int, multiple: int, order) -> list[np.ndarray]:
    """Indices of texts of about the same length together; `order` is a permutation that decides among equals."""
    by_length = sorted(order, key=lambda i: -(-len(encodings[i]) // multiple))
    return [np.asarray(by_length[i : i + size]) for i in range(0, len(by_length), size)]


def padded(encodings: list[list[int]], indices, multiple: int) -> tuple[np.ndarray, np.ndarray]:
    """Token ids and mask of those texts, padded to the next multiple, so that few shapes are compiled."""
    length = -(-max(len(encodings[i]) for i in indices) // multiple) * multiple
    ids = np.zeros((len(indices), length), np.int32)
    mask = np.zeros((len(indices), length), np.float32)
    for row, i in enumerate(indices):
        ids[row, : len(encodings[i])] = encodings[i]
        mask[row, : len(encodings[i])] = 1
    return ids, mask
