import { type FeatureSource, languageOf } from './features.ts';
import type { Model } from './model.ts';

/*
 * What is done to a text before the encoder reads it. A model says which preparation it was made for, so that what it said of
 * a text comes out again.
 */

/** How models read that are made now: emoji as words. */
export const PREPARATION = 'emoji-words';

interface Reader {
  readonly preparation?: string | undefined;
  readonly languages: readonly string[];
}

/** Enough of a text for its language to be told. */
const LETTERS = /(?:\p{L}{1,40}[^\p{L}]{1,10}){3}/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const VARIANT = /[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]/gu;
/**
 * What emoji say of a service, in words that the encoder was trained on: their CLDR names, such as "thumbs down" or "pile of poo",
 * tell what is drawn, not what is meant. Others stay unknown: where one of those carries the decision, the model abstains.
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

/** The text with each emoji as the words for what it says; what says nothing of it stays. */
export function emojiAsWords(text: string): string {
  if (!PICTURE.test(text)) return text;
  let [words, last] = ['', ''];
  for (const { segment } of graphemes.segment(text)) {
    const name = PICTURE.test(segment) ? wordsFor(segment) : undefined;
    // A row of the same sign says it once, with more weight than a model gives to repeated words.
    if (name === undefined) words += segment;
    else if (segment !== last) words += `${words === '' || words.endsWith(' ') ? '' : ' '}${name}. `;
    last = segment;
  }
  return words.replace(/ {2,}/g, ' ').trimEnd();
}

/** A sign of several (a profession, a gesture of somebody) says what its first one does. */
function wordsFor(segment: string): string | undefined {
  const plain = segment.replace(VARIANT, '');
  return moods.get(plain) ?? moods.get(plain.split('\u200d')[0] ?? '');
}

/**
 * What the model reads of a response. The words are English: a text in another language keeps its emoji, so that it is not
 * taken for English.
 */
export function preparedFor<Source extends FeatureSource>(reader: Model | Reader, source: Source): Source {
  const { preparation, languages } = 'artefact' in reader ? reader.artefact : reader;
  if (preparation !== PREPARATION || !PICTURE.test(source.text)) return source;
  const language = languageOf(source.text);
  if (language !== null && !languages.includes(language) && LETTERS.test(source.text)) return source;
  return { ...source, text: emojiAsWords(source.text) };
}
