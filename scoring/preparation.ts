import { type FeatureSource, languageOf } from './features.ts';
import type { Model } from './model.ts';

/*
 * Preparation of a text before the encoder reads it. A model names its preparation, so that its predictions can
 * be reproduced.
 */

/** The preparation of new models: emoji as words. */
export const PREPARATION = 'emoji-words';

interface Reader {
  readonly preparation?: string | undefined;
  readonly languages: readonly string[];
}

/** Enough of a text to detect its language. */
const LETTERS = /(?:\p{L}{1,40}[^\p{L}]{1,10}){3}/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const VARIANT = /[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]/gu;
/**
 * The meaning of emoji about a service, in words that the encoder was trained on: CLDR names, such as "thumbs
 * down" or "pile of poo", describe the drawing, not the meaning. Others stay unknown: if one of those changes
 * the decision, the model abstains.
 */
const MOODS: readonly (readonly [words: string, signs: string])[] = [
  ['great', '👍 👌 🙌 💪 🏆 🥇 💯 ✅ 🌟 ⭐ ✨ 🤩 🎉 🥳 👏 🚀 🔝 🆒 🤘 🤙 🫶 🎊 💎'],
  ['I love it', '❤ 😍 🥰 😘 💕 💖 💗 💓 💞 💝 💘 🧡 💛 💚 💙 💜 🖤 🤍 🤎 🩷 🩵 😻 ♥ ❣ 💟 🫂'],
  ['happy', '😀 😃 😄 😁 😆 😊 🙂 ☺ 😇 😎 😋 🤗 😌 😸 😺 😹 🤠 😚 😙 😗 😏'],
  ['thank you', '🙏 💐 🌹 🤝'],
  ['bad', '👎 ❌ 🚫 ⛔ 😕 🙁 ☹ 😟 😖 😣 🆘 📉'],
  ['terrible', '💩 🤮 🤢 🗑 🚮 ☠ 💀 🤡 😱 😨 😰 🪦 🧟'],
  ['annoying', '🙄 😒 😤 😑 😩 😫 🤦 🤦‍♂ 🤦‍♀ 😮‍💨 🥱 😮‍💨 🥴'],
  ['angry, terrible', '😡 😠 🤬 👿 😾 🖕 💢'],
  ['sad, disappointed', '😢 😭 😞 😔 😿 💔 😥 😓 🥺 😪'],
  ['confused', '🤔 😵 😵‍💫 🤨 ❓ 🤷 🤷‍♂ 🤷‍♀'],
  ['slow', '🐌 🐢 ⏳ ⌛'],
  ['boring', '😴 💤'],
  ['too expensive', '💸 🤑'],
  ['full of bugs, it crashes', '🐛 🪲 🐞 💥 💣 🪳'],
  ['so so', '😐 😶 🫤'],
];
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const moods = new Map(
  MOODS.flatMap(([words, signs]) =>
    signs.split(' ').map((sign) => [sign.replace(VARIANT, ''), words] as const),
  ),
);

/** The text with each emoji replaced by words for its meaning; emoji without one stay. */
export function emojiAsWords(text: string): string {
  if (!PICTURE.test(text)) return text;
  let [words, last] = ['', ''];
  for (const { segment } of graphemes.segment(text)) {
    const name = PICTURE.test(segment) ? wordsFor(segment) : undefined;
    // A run of the same emoji becomes its words once; a model would not add weight for repeated words.
    if (name === undefined) words += segment;
    else if (segment !== last) words += `${words === '' || words.endsWith(' ') ? '' : ' '}${name}. `;
    last = segment;
  }
  return words.replace(/ {2,}/g, ' ').trimEnd();
}

/** A composed emoji (a profession, a person's gesture) has the meaning of its first one. */
function wordsFor(segment: string): string | undefined {
  const plain = segment.replace(VARIANT, '');
  return moods.get(plain) ?? moods.get(plain.split('\u200d')[0] ?? '');
}

/**
 * What the model reads of a response. The words are English: a text in another language keeps its emoji, so
 * that it is not taken for English.
 */
export function preparedFor<Source extends FeatureSource>(reader: Model | Reader, source: Source): Source {
  const { preparation, languages } = 'artefact' in reader ? reader.artefact : reader;
  if (preparation !== PREPARATION || !PICTURE.test(source.text)) return source;
  const language = languageOf(source.text);
  if (language !== null && !languages.includes(language) && LETTERS.test(source.text)) return source;
  return { ...source, text: emojiAsWords(source.text) };
}
