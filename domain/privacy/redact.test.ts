import { describe, expect, it } from 'vitest';
import { growth } from '../../test/fixtures/growth.ts';
import fc from '../../test/fixtures/properties.ts';
import { ibanEnd, passesLuhn } from './check-digits.ts';
import { DEFAULT_RULES, redact, redactCounted, rulesFor } from './redact.ts';

describe('redact', () => {
  it.each([
    // E-mail addresses, also inside URLs.
    ['write to jane.doe+x@mail.example.co.uk please', 'write to [email] please'],
    ['<jörg.müller@bücher.example>, ok', '<[email]>, ok'],
    ["o'neil@example.com.", '[email].'],
    [`name ${'_'.repeat(80)}jane@example.com`, 'name [email]'],
    ['a@b.example@c.example', '[email]@c.example'],
    ['jane@[192.0.2.1] or jane@192.0.2.1', '[email] or [email]'],
    ['jane (at) example.com, jane[at]example[dot]com', '[email], [email]'],
    ['mailto:jane@example.com', 'mailto:[email]'],
    ['see https://x.example/?u=jane%40example.com&a=1', 'see https://x.example/?u=[email]&a=1'],
    ['see https://x.example/?u=jane%2Bnews%40example.com#b', 'see https://x.example/?u=[email]#b'],
    ['see https://x.example/?u=jane%2540example.com', 'see https://x.example/?u=[email]'],
    ['https://jane:secret@host.example/a?b=1', 'https://[email]@host.example/a?b=1'],
    ['ftp://jane@example.com:secret@host.example/', 'ftp://[email]@host.example/'],
    // Telephone numbers with a country code.
    ['call +49 30 1234567 or 0049301234567', 'call [phone] or [phone]'],
    ['+44 (0)20-7946-0958 ext. 12', '[phone] ext. 12'],
    ['+1 (212) 555-0123, +33.6.12.34.56.78', '[phone], [phone]'],
    ['+352 621 123 456/+4915112345678', '[phone]/[phone]'],
    ['+49\u00a0171\u00a01234567', '[phone]'],
    // In national forms.
    ['my number is (212) 555-0123.', 'my number is [phone].'],
    ['212-555-0123 and 212.555.0199', '[phone] and [phone]'],
    ['212 555 0123, 1-800-555-0199', '[phone], [phone]'],
    ['Tel. (030) 123 456 78', 'Tel. [phone]'],
    ['ring 030 1234567 today', 'ring [phone] today'],
    ['0171/1234567 or 01711234567', '[phone] or [phone]'],
    ['020 7946 0958, 07700 900123', '[phone], [phone]'],
    ['06 12 34 56 78 and 06.12.34.56.78.', '[phone] and [phone].'],
    // In any form, if announced by a word.
    ['my mobile is 98765 43210', 'my mobile is [phone]'],
    ['call me on 555-0123 or tel: 612 345 678', 'call me on [phone] or tel: [phone]'],
    // Cards, whatever follows.
    ['card 4111 1111 1111 1111 was charged', 'card [card] was charged'],
    ['4111-1111-1111-1111 12/25 123', '[card] 12/25 123'],
    ['4111 1111 1111 1111 123', '[card] 123'],
    ['378282246310005, 30569309025904', '[card], [card]'],
    ['5555\u00a05555\u00a05555\u00a04444', '[card]'],
    ['4111 1111 1111 1111 5555 5555 5555 4444', '[card] [card]'],
    ['room 12 4111 1111 1111 1111', 'room 12 [card]'],
    // IBANs, whatever follows.
    ['IBAN DE89 3704 0044 0532 0130 00.', 'IBAN [iban].'],
    ['IBAN BE68 5390 0754 7034 PLEASE', 'IBAN [iban] PLEASE'],
    ['to gb29nwbk60161331926819 and FR14 2004 1010 0505 0001 3M02 606', 'to [iban] and [iban]'],
    ['MT84MALT011000012345MTLCAST001S', '[iban]'],
    // IP addresses.
    ['from 192.168.10.7 it fails', 'from [ip] it fails'],
    ['http://192.0.2.1:8080/x', 'http://[ip]:8080/x'],
    ['2001:0db8:0000:0000:0000:ff00:0042:8329 too', '[ip] too'],
    ['2001:db8::1, fe80::1 and ::ffff:192.0.2.1', '[ip], [ip] and [ip]'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
    expect(redact(redacted)).toBe(redacted);
  });

  it.each([
    'Flight LH 1234 on an A380-800, seat 20D, 6 hour flight',
    'Flights BA0117 and EK 0029, ticket 220-1234567890',
    'I rate it 9/10, last year 8.5 of 10, service 10/10',
    'Booked 2014-08-01 at 10:30 for 1,299.00 EUR, order 4711',
    'between 500 000 - 600 000 of them',
    'stuck in a rut for 12 years, 2014-2026',
    'https://x.example/product/550e8400-e29b-41d4-a716-446655440000',
    'https://git.example/a/b/commit/3f9a2c417be04d5e8f9a2c417be04d5e4f5a6b7c',
    'https://x.example/login/2024-summer-campaign-newsletter',
    'https://x.example/s/how-to-reset-your-password-in-2024',
    'version 1.2.3 and 10.4, 34" pitch, 777-300ER',
    'version 1.2.3.4 and firmware v1.2.3.4',
    'invoice 4111 1111 1111 1112 has no valid check digit',
    'iban GB29 NWBK 6016 1331 9268 18 has none either',
    'from 01/02/2014 to 05-06-2014',
    'on 05/06/2014 10:30, on 05.06.2014 at 09:15, on 06 12 2014, on 05/06/14 12:00',
    'on 05/06/2014 10 people, on 05-06-2014 1030, on 05 06 2014 1030',
    'we called back on 01.02.2014; call on 2014-08-01 10:30',
    'win at 2x, 100 %, 3-4-5 rule',
    'open 0800-1900 and 09:00-17:30, arrived 23:59:59',
    'paid $1,234.56, 1.234.567,89 EUR, +1 000 000 EUR, +12.500.000',
    'between 100 and 200 of 1 000 000 seats, 0.123456789',
    'rows 20-30, 12A 12B, 500-600 miles, 1970-2020, B737-800',
    'post 567595670463205376 (18 digits, and the check digit of a card)',
    'at 1700000000000 ms, id 550e8400-e29b-41d4-a716-446655440000',
    'std::string, a::b, 10:30:15, me @ home, 50 % @ 10',
    'call 5 times, phone 12 hours, ring at 0930',
    'see https://example.com/a?page=2&sort=asc#top',
    'Ürümqi 🛫 São Paulo',
  ])('leaves "%s" alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it.each([
    // As rendered: other digits, wide forms, invisible characters. The rest stays byte for byte.
    ['連絡先は０９０－５５５５－０１２３です', '連絡先は[phone]です'],
    ['ｐａｔ＠ｅｘａｍｐｌｅ．ｏｒｇ まで', '[email] まで'],
    ['اتصل بي على ٠٥٥٥٥٠١٢٣٤', 'اتصل بي على [phone]'],
    ['Ｄｅａｒ ①, ０１７１\u200b １２３４\u00ad５６７ ｂｙｅ', 'Ｄｅａｒ ①, [phone] ｂｙｅ'],
    ['\u202e0171 1234567\u202c e\u0301', '\u202e[phone]\u202c e\u0301'],
    ['1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e3 555 0123', '[phone]'],
    ['携帯 080ー1234ー5678', '携帯 [phone]'],
    ['\ufdfa 0171 1234567 \ufdfa', '\ufdfa [phone] \ufdfa'],
    // Telephone numbers of other countries, with and without a word for them.
    ['请打手机13955550123', '请打手机[phone]'],
    ['fone (11) 95555-0123, 11 95555-0123', 'fone [phone], [phone]'],
    ['contact555-555-0123', 'contact[phone]'],
    ['0612345678merci', '[phone]merci'],
    ['98765 43210 or 8 (916) 123-45-67', '[phone] or [phone]'],
    ['https://wa.me/4917012345678 or tel:+49-30-1234567', 'https://wa.me/[phone] or tel:[phone]'],
    ['0049 (0) 171 1234567, (+49) 171 1234567', '[phone], [phone]'],
    ['ring (0171 1234567) or ((0161) 496 0324)', 'ring ([phone]) or ([phone])'],
    ['order 4711 is late, tel 020 7946 0958', 'order 4711 is late, tel [phone]'],
    // Spelt addresses.
    ['jane dot doe at example dot co dot uk please', '[email] please'],
    ['max ät beispiel punkt de, jean arobase exemple point fr', '[email], [email]'],
    ['jane [ät] example.de or jane @ example.com', '[email] or [email]'],
    ['メールはpat@example.orgです', 'メールは[email]です'],
    // Identifiers, accounts, keys.
    ['my SSN is 987-65-4320', 'my SSN is [id]'],
    ['passport number: X55501234', 'passport number: [id]'],
    ['Steuer-ID 86095742719, DNI 12345678Z, RSSMRA85T10A562S', 'Steuer-ID [id], DNI [id], [id]'],
    ['bank account: 5550123456, sort code 12-34-56', 'bank account: [account], sort code [account]'],
    ['4111.1111.1111.1111 or 4111 - 1111 - 1111 - 1111', '[card] or [card]'],
    ['https://x.example/r?token=abc123def&page=2', 'https://x.example/r?token=[secret]&page=2'],
    ['key sk-abcdefghijklmnop1234 and AKIAIOSFODNN7EXAMPLE', 'key [secret] and [secret]'],
    ['password: hunter22', 'password: [secret]'],
    ['SA ID number 8001015009087 ok', 'SA ID number [id] ok'],
    ['NIK 3201234567890001, HKID A123456(3).', 'NIK [id], HKID [id].'],
    ['CNIC 35202-1234567-1 or Emirates ID 784-1990-1234567-1', 'CNIC [id] or Emirates ID [id]'],
    ['rodné číslo 736028/5163, PPS number 1234567T', 'rodné číslo [id], PPS number [id]'],
    ['my NINO is QQ123456C', 'my NINO is [id]'],
    ['CNP 1800101221144 a fost, OIB 12345678903 I think', 'CNP [id] a fost, OIB [id] I think'],
    ['#\n030 1234567', '#\n[phone]'],
    ['https://x.example/u?reset_token=abcd1234abcd&a=1', 'https://x.example/u?reset_token=[secret]&a=1'],
    ['https://x.example/a;jsessionid=1A2B3C4D5E6F', 'https://x.example/a;jsessionid=[secret]'],
    ['https://x.example/u?client_secret=abcd1234', 'https://x.example/u?client_secret=[secret]'],
    ['https://x.example/verify/3f9a2c417be04d5e8f9a2c417be04d5e ok', 'https://x.example/verify/[secret] ok'],
    [
      'https://x.example/accounts/reset/MQ/c2k7v5-3f9a2c417be04d5e8f9a/',
      'https://x.example/accounts/reset/MQ/[secret]/',
    ],
    ['https://x.example/invite/550e8400-e29b-41d4-a716-446655440000', 'https://x.example/invite/[secret]'],
    ['https://x.example/?k=3f9a2c417be04d5e8f9a2c417be04d5e', 'https://x.example/?k=[secret]'],
    ['bot 123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc', 'bot [secret]'],
    ['GOCSPX-abcdefghijklmnopqrstuvwx1234', '[secret]'],
    ['00:1A:2B:3C:4D:5E', '[mac]'],
    ['I live at 12 High Street, London', 'I live at [address], London'],
    ['zip 12345-6789, my ZIP code is 12345', 'zip [address], my ZIP code is [address]'],
    ['〒100-0001, CEP 01310-100', '〒[address], CEP [address]'],
    ['cep 0532 444 53 34, CEP 01310100', 'cep [phone], CEP [address]'],
    ['My number is +48 501 234 675 (312.555.0183)', 'My number is [phone] ([phone])'],
    ['PLZ 10115 030 1234567', 'PLZ [address] [phone]'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
    expect(redact(redacted)).toBe(redacted);
  });

  it.each([
    'Order 00555501234 came late, my order no. 0171234567',
    'traffic grew by +100 000 000 visits',
    'invoice 2024-0001234, tracking 9400 1000 0000, case 0800123456',
    'customer number 0123456789, 订单号13955550123, commande n° 0612345678',
    '01/18/2024 01/11/2022, open 0800-1900 0900-1700, 2019-2020-2021',
    'Chrome 121.0.6167.140, 48.137154 11.576124, 10.0.19045.3803',
    '請求書2023-096313が違う, счет 2027-097258 неверный',
    'scores 9 8 7 10 6 9 8 7, 10/10 9/10 8/10, 10 20 30 40 50 60',
    'EAN 4006381333931, ISBN 978-3-16-148410-0, serial 012345678901',
    'my password is wrong, the token expired, we looked at example.com',
    'https://shop.example/p/0301234567?id=2125550123',
    // What looks like a telephone number of some country.
    '12345-6789 and Springfield, IL 62704-1234',
    'EIN 12-3456789, VAT no. GB 123 4567 89, № 0612345678',
    'at 2026112707, build 612345678, hash 0612345678, docket 020 7946 0958',
    'devis 06 12 34 56 78, albarán 612 345 678, Kassenzeichen 0171 1234567, umowa 501 234 567',
  ])('leaves "%s" alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('reads national forms of the country of a response', () => {
    const of = (country: string) => rulesFor(DEFAULT_RULES, { region: country });
    const text = 'thanks, 20 12 34 56 and 9123 4567';
    expect(redact(text)).toBe(text);
    expect(redact(text, of('Denmark'))).toContain('[phone] and');
    expect(redact(text, of('SG'))).toContain('and [phone]');
    expect(redact(text, of('nowhere'))).toBe(text);
    expect([of('Deutschland'), of('pt-BR')].map(({ countries }) => countries)).toEqual([['DE'], ['BR']]);
  });

  it('looks for the chosen packs only', () => {
    const text = 'DNI 12345678Z, number AB 12 34 56 C';
    expect(redact(text, { countries: [], packs: new Set(['gb']) })).toBe('DNI 12345678Z, number [id]');
    expect(redact(text, { countries: [], packs: new Set() })).toBe(text);
    expect(redactCounted(text).counts).toEqual({ id: 2 });
  });

  it('leaves every character outside of what it removes', () => {
    const written = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(written, written, (before, after) => {
        const [left, right] = [before.replace(/[\p{N}[\]]/gu, ''), after.replace(/[\p{N}[\]]/gu, '')];
        const text = `${left}\n０３０\u200b １２３４５６７\n${right}`;
        expect(redact(text)).toBe(`${redact(left)}\n[phone]\n${redact(right)}`);
      }),
    );
  });

  it.each(['cnp@a.example', 'a.cnp@a.example', 'a@passport.example', 'x.passport.y@a.example'])(
    'takes no word of an address for the name of what follows: %s',
    (address) => {
      expect(redact(`I am ${address} +49 100000000. Thanks`)).toBe('I am [email] [phone]. Thanks');
    },
  );

  it('finds any ordinary address and number, whatever surrounds it', () => {
    const part = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const email = fc.tuple(part, part, part).map(([a, b, c]) => `${a}.${b}@${c}.example`);
    const phone = fc
      .tuple(fc.constantFrom('+49', '+44', '+91', '+1'), fc.integer({ min: 10 ** 8, max: 10 ** 9 - 1 }))
      .map(([code, number]) => `${code} ${number}`);
    const around = fc.constantFrom(' ', ', ', ' (', '\n', ' "', ': ');
    fc.assert(
      fc.property(email, phone, around, (address, number, gap) => {
        expect(redact(`I am${gap}${address}${gap}${number}. Thanks`)).toBe(
          `I am${gap}[email]${gap}[phone]. Thanks`,
        );
      }),
    );
  });

  it('changes nothing when it is repeated', () => {
    const pieces = [
      '+',
      '0',
      '4111 ',
      '1111',
      ' ',
      '@',
      'a',
      '.',
      'de',
      ':',
      '-',
      '(',
      ')',
      '/',
      '%40',
      'DE89',
      'tel ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (list) => {
        const once = redact(list.join(''));
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  // 100 kB take some 10 ms; a pattern that can match the same digits in many ways takes minutes.
  it.each([
    '1',
    '1 ',
    'a',
    'a@',
    'a.',
    '@',
    '0-',
    '0',
    '+1(',
    'AA00 ',
    'AA00',
    '1.',
    'a.a@a-',
    '4111-',
    '4111 1111 1111 1111 ',
    ':',
    'f:',
    '1:',
    '%40',
    '%2B',
    'x://',
    'x://a:b',
    'tel ',
    'tel no is ',
    'tel.:1-',
    '(0',
    ' ',
    '((',
    '1.1.1.',
    'ä',
    '00 1',
    '\u00a0',
    'a(at)',
    `${'0'.repeat(66)}x `,
    `${'01 '.repeat(30)}x `,
    `+${'1 '.repeat(30)}1x`,
    'a [at] a [dot] ',
    '\u0301',
    '\ufdfa',
    '１',
    'sk-',
    'sk-a_',
    'token=aaaa;',
    '-----BEGIN PRIVATE KEY-----',
    'jane at a dot ',
    '20 12 34 56 ',
    '01 01 01 01 01 x ',
    'passport A1 ',
    'my address 1 A St ',
    'Steuer-ID 1 2 ',
  ])('is linear in %j', async (piece) => {
    const read = (size: number) => redact(piece.repeat(Math.ceil(size / piece.length)));
    // Eight times the text; 64 times the work if each place looks at all others.
    expect(await growth(read, { size: 12_500, times: 8 })).toBeLessThan(24);
  });
});

describe('check digits', () => {
  it.each(['4111111111111111', '378282246310005', '5555555555554444', '6011111111111117'])(
    '%s is a card',
    (digits) => {
      expect(passesLuhn(digits)).toBe(true);
      // Every single wrong digit is detected: the purpose of the formula.
      for (let i = 0; i < digits.length; i++) {
        const wrong = digits.slice(0, i) + ((Number(digits[i]) + 1) % 10) + digits.slice(i + 1);
        expect(passesLuhn(wrong)).toBe(false);
      }
    },
  );

  it('does not take zeros for a card', () => {
    expect(passesLuhn('0000000000000000')).toBe(false);
  });

  // Examples of the IBAN registry.
  it.each([
    'NO93 8601 1117 947',
    'BE68 5390 0754 7034',
    'NL91 ABNA 0417 1643 00',
    'AT61 1904 3002 3457 3201',
    'CH93 0076 2011 6238 5295 7',
    'GB29 NWBK 6016 1331 9268 19',
    'ES91 2100 0418 4502 0005 1332',
    'PT50 0002 0123 1234 5678 9015 4',
    'IT60 X054 2811 1010 0000 0123 456',
    'PL61 1090 1014 0000 0712 1981 2874',
    'BR97 0036 0305 0000 1000 9795 493P 1',
    'KW81 CBKU 0000 0000 0000 1234 5601 01',
    'MT84 MALT 0110 0001 2345 MTLC AST0 01S',
    'LC55 HEMM 0001 0001 0012 0012 0002 3015',
  ])('%s is an IBAN', (text) => {
    expect(ibanEnd(`to ${text} 12`, 3)).toBe(3 + text.length);
    expect(ibanEnd(text.slice(0, -1), 0)).toBeNull();
    expect(
      ibanEnd(
        text.replace(/\d(?=[^\d]*$)/, (digit) => String((Number(digit) + 1) % 10)),
        0,
      ),
    ).toBeNull();
  });
});
