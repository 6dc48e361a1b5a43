"""Chooses the pieces of multilingual-e5-small that 15 languages need: a bit map, one bit a piece, for scoring/multilingual.

    python kept_pieces.py --bin e5-small-q4.bin --out ../models/scoreline-e5/kept-pieces.bits

Needs wordfreq[cjk] 3.1.1 and tokenizers beside what requirements.txt lists.
"""

import argparse
import struct
import unicodedata
from collections import Counter

import wordfreq
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "ja", "zh", "ko", "ar", "hi", "tr", "pl", "ru")
# Words of these follow each other without a space.
UNSPACED = ("ja", "zh")
MASS = 0.995
# Rarer words carry about one hundredth of a text, and take most of the time.
RAREST = 1e-7
# Han and kana come in many combinations that a list of words does not hold.
EAST_ASIAN_SCORE = -14.0
SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "HIRAGANA", "KATAKANA", "CJK", "HANGUL")
SPACE = "\u2581"


def read_pieces(path: str) -> list[tuple[str, float]]:
    """The vocabulary of the packed file: text and Unigram score of each piece."""
    with open(path, "rb") as file:
        data = file.read(16_000_000)
    count, _bos, _eos, _pad, _unk, length = struct.unpack_from("<5iQ", data, 44)
    at = 44 + 28
    offsets = struct.unpack_from(f"<{count + 1}I", data, at)
    scores = struct.unpack_from(f"<{count}f", data, at + 4 * (count + 1))
    text = data[at + 4 * (2 * count + 1) :][:length]
    return [(text[offsets[i] : offsets[i + 1]].decode(), scores[i]) for i in range(count)]


def script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0].removesuffix("-COMPATIBILITY")


def is_always_kept(piece: str, score: float) -> bool:
    text = piece.replace(SPACE, "")
    if len(text) <= 1:
        return not text or not text.isalpha() or script(text) in SCRIPTS
    if not any(letter.isalpha() for letter in text):
        return True
    east = all(script(letter) in ("HIRAGANA", "KATAKANA", "CJK") for letter in text if letter.isalpha())
    return east and score > EAST_ASIAN_SCORE


def used(tokenizer: Tokenizer, language: str) -> set[int]:
    """The pieces that carry most of the mass of the language's words, in each case of their letters."""
    frequencies = wordfreq.get_frequency_dict(language, "best")
    kept: set[int] = set()
    for change in (str.lower, str.title, str.upper):
        words: Counter[str] = Counter()
        for word, frequency in frequencies.items():
            if frequency < RAREST:
                continue
            words[change(word)] += frequency
        texts = list(words)
        masses: Counter[int] = Counter()
        for text, encoding in zip(texts, tokenizer.encode_batch(texts)):
            for piece in encoding.ids:
                masses[piece] += words[text]
        total, seen = sum(masses.values()), 0.0
        for piece, mass in sorted(masses.items(), key=lambda entry: (-entry[1], entry[0])):
            if seen >= MASS * total:
                break
            seen += mass
            kept.add(piece)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    pieces = read_pieces(given.bin)

    def tokenizer(scheme: str) -> Tokenizer:
        made = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
        made.normalizer = normalizers.NFKC()
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
        return made

    kept = {0, 1, 2, 3} | {i for i, (piece, score) in enumerate(pieces) if is_always_kept(piece, score)}
    spaced, unspaced = tokenizer("always"), tokenizer("never")
    for language in LANGUAGES:
        kept |= used(spaced, language)
        if language in UNSPACED:
            kept |= used(unspaced, language)
        print(language, len(kept), flush=True)
    bits = bytearray((len(pieces) + 7) // 8)
    for piece in kept:
        bits[piece >> 3] |= 1 << (piece & 7)
    with open(given.out, "wb") as file:
        file.write(bits)
    print(f"{len(kept)} of {len(pieces)} pieces")


main()
