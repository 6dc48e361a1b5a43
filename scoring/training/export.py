"""Writes an encoder as transformers.js reads it: config, tokenizer and an int8 ONNX graph, built here node by node."""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

import teacher

OPSET = 17


class Graph:
    """An ONNX graph that grows; every method answers with the name of its result."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, value) -> str:
        self.count += 1
        name = f"c{self.count}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, *inputs: str, **attributes) -> str:
        self.count += 1
        name = f"n{self.count}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=f"{op}_{self.count}", **attributes))
        return name

    def dense(self, x: str, weights: dict) -> str:
        return self.add("Add", self.add("MatMul", x, self.constant(weights["matrix"])), self.constant(weights["bias"]))

    def norm(self, x: str, weights: dict) -> str:
        scale, bias = self.constant(weights["scale"]), self.constant(weights["bias"])
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=teacher.EPSILON)

    def table(self, weights: np.ndarray) -> tuple[str, str]:
        """A table of rows as int8, each with its own scale: a row's error does not depend on the others."""
        scale = np.maximum(np.abs(weights).max(1, keepdims=True), 1e-8).astype(np.float32) / 127
        rows = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
        return self.constant(rows), self.constant(scale)

    def real(self, rows: str, scale: str) -> str:
        return self.add("Mul", self.add("Cast", rows, to=TensorProto.FLOAT), scale)


def build(weights: dict) -> onnx.ModelProto:
    """input_ids, attention_mask, token_type_ids [1, T] -> last_hidden_state [1, T, 384]."""
    graph = Graph()
    width = weights["word"].shape[1]
    rows, scale = graph.table(weights["word"])
    x = graph.real(graph.add("Gather", rows, "input_ids"), graph.add("Gather", scale, "input_ids"))
    # Shape with start and end, and Slice: a scalar Gather of a shape crashes some versions of the runtime.
    length = graph.add("Shape", "input_ids", start=1, end=2)
    zero, axis = graph.constant(np.array([0], np.int64)), graph.constant(np.array([0], np.int64))
    cut = lambda table: graph.add("Slice", table, zero, length, axis)
    rows, scale = graph.table(weights["position"] + weights["type"])
    x = graph.norm(graph.add("Add", x, graph.real(cut(rows), cut(scale))), weights["norm"])
    hidden = graph.add("Sub", graph.constant(np.float32(1)), graph.add("Cast", "attention_mask", to=TensorProto.FLOAT))
    hidden = graph.add("Unsqueeze", hidden, graph.constant(np.array([1, 2], np.int64)))
    mask = graph.add("Mul", hidden, graph.constant(np.float32(-1e9)))
    apart = graph.constant(np.array([0, 0, teacher.HEADS, width // teacher.HEADS], np.int64))
    together = graph.constant(np.array([0, 0, width], np.int64))
    root = graph.constant(np.float32(1 / np.sqrt(width // teacher.HEADS)))
    heads = lambda y, order: graph.add("Transpose", graph.add("Reshape", y, apart), perm=order)
    for layer in weights["layers"]:
        query, value = (heads(graph.dense(x, layer[name]), [0, 2, 1, 3]) for name in ("query", "value"))
        key = heads(graph.dense(x, layer["key"]), [0, 2, 3, 1])
        scores = graph.add("Add", graph.add("Mul", graph.add("MatMul", query, key), root), mask)
        mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
        mixed = graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), together)
        x = graph.norm(graph.add("Add", x, graph.dense(mixed, layer["mix"])), layer["norm1"])
        wide = graph.dense(x, layer["wide"])
        erf = graph.add("Erf", graph.add("Mul", wide, graph.constant(np.float32(np.sqrt(0.5)))))
        gelu = graph.add("Mul", graph.add("Mul", wide, graph.constant(np.float32(0.5))), graph.add("Add", erf, graph.constant(np.float32(1))))
        x = graph.norm(graph.add("Add", x, graph.dense(gelu, layer["narrow"])), layer["norm2"])
    graph.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"], name="out"))
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "T"]) for name in ("input_ids", "attention_mask", "token_type_ids")]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [1, "T", width])
    made = helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="scoreline")
    model.ir_version = 9
    return model


def write(folder: Path, weights: dict, tokenizer: dict, name: str) -> None:
    """The folder as transformers.js wants it; weights of matrices as int8, a scale for each column."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    whole = folder / "onnx" / "whole.onnx"
    onnx.save(build(weights), whole)
    quantize_dynamic(
        whole, folder / "onnx" / "model_quantized.onnx", op_types_to_quantize=["MatMul"], per_channel=True,
        weight_type=QuantType.QInt8, extra_options={"MatMulConstBOnly": True},
    )
    whole.unlink()
    words, width = weights["word"].shape
    config = json.loads((teacher.teacher_folder() / "config.json").read_text())
    config.update(
        _name_or_path=name, vocab_size=words, num_hidden_layers=len(weights["layers"]), hidden_size=width,
        max_position_embeddings=len(weights["position"]),
    )
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")) + "\n")
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": len(weights["position"]),
                "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def load_student(folder: Path) -> tuple[dict, dict]:
    """What distil.py saved: the weights and the tokenizer."""
    weights: dict = {"layers": []}
    for path, value in np.load(folder / "student.npz").items():
        place, parts = weights, path.split("/")
        if parts[0] == "layers":
            while len(weights["layers"]) <= int(parts[1]):
                weights["layers"].append({})
            place, parts = weights["layers"][int(parts[1])], parts[2:]
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = value
    return weights, json.loads((folder / "tokenizer.json").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--student", type=Path, help="folder of distil.py; without it the uncut model is written")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.student:
        weights, tokenizer = load_student(given.student)
        write(given.out, weights, tokenizer, "scoreline-minilm")
    else:
        tokenizer = json.loads((teacher.teacher_folder() / "tokenizer.json").read_text())
        tokenizer.update(padding=None, truncation={**tokenizer["truncation"], "max_length": 256})
        write(given.out, teacher.load_teacher(), tokenizer, "all-MiniLM-L6-v2")


if __name__ == "__main__":
    main()
