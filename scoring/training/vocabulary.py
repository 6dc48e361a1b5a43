"""Cuts the tokenizer's vocabulary to the pieces that the corpus uses and the most frequent others."""

import copy
import json
from collections import Counter

from tokenizers import Tokenizer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def prune(tokenizer: dict, texts: list[str], size: int) -> tuple[dict, list[int]]:
    """The tokenizer with `size` pieces and, for each new id, the id that it had."""
    vocabulary = tokenizer["model"]["vocab"]
    whole = Tokenizer.from_str(json.dumps(tokenizer))
    whole.no_padding()
    counts = Counter(piece for encoding in whole.encode_batch(texts) for piece in encoding.tokens)
    pieces = sorted(vocabulary, key=vocabulary.get)
    # Letters and digits stay, so that every word can still be spelt; BERT's own order is one of frequency.
    single = [piece for piece in pieces if len(piece.removeprefix("##")) == 1 and piece.removeprefix("##").isascii()]
    frequent = sorted((piece for piece in counts if counts[piece] >= 2), key=lambda piece: (-counts[piece], vocabulary[piece]))
    general = [piece for piece in pieces if piece.removeprefix("##").isascii() and not piece.startswith("[unused")]
    kept = list(dict.fromkeys([*SPECIAL, *single, *frequent, *general]))[:size]
    kept.sort(key=lambda piece: (piece not in SPECIAL, vocabulary[piece]))
    ids = {piece: index for index, piece in enumerate(kept)}
    cut = copy.deepcopy(tokenizer)
    cut["model"]["vocab"] = ids
    cut["padding"] = None
    cut["truncation"] = {**cut["truncation"], "max_length": 256} if cut["truncation"] else None
    for token in cut["added_tokens"]:
        token["id"] = ids[token["content"]]
    for name, token in cut["post_processor"]["special_tokens"].items():
        token["ids"] = [ids[name]]
    return cut, [vocabulary[piece] for piece in kept]
