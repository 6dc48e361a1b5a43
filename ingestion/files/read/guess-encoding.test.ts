import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../domain/text/encodings.ts';
import { guessEncoding } from './guess-encoding.ts';

const file = (texts: readonly string[]) =>
  `id,at,score,why\n${texts.map((text, i) => `${i},2026-01-01,9,"${text}"\n`).join('')}`;
const guess = (bytes: Buffer) =>
  guessEncoding(bytes, async function* () {
    for (let from = 0; from < bytes.length; from += 50) yield bytes.subarray(from, from + 50);
  });

describe('guessEncoding', () => {
  it.each([
    ['cp949', ['똠방각하 펲시콜라 좋아요']],
    ['euc-kr', ['서비스가 정말 좋았어요']],
    ['gb18030', ['质量差', '物流慢']],
    ['big5', ['服務很好，謝謝您']],
    ['shift_jis', ['対応が遅い', 'ﾃｽﾄです']],
    ['euc-jp', ['東京', '対応が良い']],
    ['windows-874', ['บริการดีมาก']],
    ['windows-1253', ['Πολύ καλή εξυπηρέτηση. Άριστα']],
    ['iso-8859-7', ['Πολύ καλή εξυπηρέτηση. Άριστα']],
    ['windows-1254', ['Çok iyi hizmet, teşekkür ederim. Şubede ığdır']],
    ['windows-1250', ['obsługa była zła, długo czekałem', 'Źle działa']],
    ['iso-8859-2', ['Velmi dobrá služba, děkuji. Příliš žluťoučký kůň']],
    [
      'iso-8859-16',
      ['Serviciu foarte bun, mulțumesc. Așteptarea a fost lungă și obositoare, însă în sfârșit'],
    ],
    ['iso-8859-16', ['prețuri mari', 'rețea slabă', 'și încă ceva']],
    ['cp852', ['Velmi dobrá služba, děkuji']],
    ['windows-1250', ['Nagyon jó szolgáltatás, köszönöm. Őrült tűz']],
    ['windows-1257', ['Labai geras aptarnavimas, ačiū. Šaltas žiemą']],
    ['cp866', ['Очень хорошо, спасибо большое']],
    ['koi8-r', ['Москва', 'хорошо']],
    ['windows-1255', ['שירות מצוין']],
    ['windows-1256', ['خدمة ممتازة شكرا']],
    ['windows-1252', ['très bien, ça marche à côté']],
    ['windows-1252', ['Köln', 'São Paulo', 'très bon', '¡Genial!', '5 €', '£5']],
    ['macintosh', ['Köln', 'São Paulo', 'très bon']],
  ])('%s: %j', async (encoding, texts) => {
    const text = file(texts);
    const found = await guess(iconv.encode(text, encoding));
    expect([found.by, decode(found.encoding, iconv.encode(text, encoding))]).toEqual(['guess', text]);
  });

  it.each(['gr\u00fc', 'sch\u00f6n gr\u00fc', '\u3042', '\u{1f600}'])(
    'a file of UTF-8 that breaks off within a character is UTF-8: %s',
    async (text) => {
      const bytes = Buffer.from(`${file(['plain'])}1,2026-01-01,9,${text}`).subarray(0, -1);
      expect(await guess(bytes)).toEqual({ encoding: 'utf-8', by: 'mostly utf-8' });
    },
  );

  it('a letter of windows-1252 at the end of a file is not half of a character', async () => {
    expect(await guess(iconv.encode('id,why\n1,café', 'windows-1252'))).toMatchObject({
      encoding: 'windows-1252',
    });
  });
});
