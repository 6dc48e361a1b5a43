import { describe, expect, it } from 'vitest';
import { redact } from '../../redact.ts';

/* Identifiers of each country with the right check digits; numbers are examples of the issuers or made up. */

/** The pack, a sentence, and what stands where the identifier was. */
const RIGHT: readonly (readonly [pack: string, text: string, value: string])[] = [
  ['cl', 'mi RUT es 12.345.678-5', '12.345.678-5'],
  ['cl', '76086428-5 es mi número', '76086428-5'],
  ['cl', 'RUT 123456785', '123456785'],
  ['ar', 'CUIT 20-05536168-2', '20-05536168-2'],
  ['ar', 'mi cuil 20055361682', '20055361682'],
  ['ar', 'DNI 12.345.678', '12.345.678'],
  ['co', 'NIT 213.123.432-1', '213.123.432-1'],
  ['pe', 'RUC 20512333797', '20512333797'],
  ['ec', 'cédula 171430710-3', '171430710-3'],
  ['uy', 'soy 1.234.567-2', '1.234.567-2'],
  ['ve', 'RIF V-11470283-4', 'V-11470283-4'],
  ['do', '001-1391820-5 es mi cédula', '001-1391820-5'],
  ['mx', 'CURP BOXW310820HNERXN09', 'BOXW310820HNERXN09'],
  ['mx', 'GODE 561231 GR8', 'GODE 561231 GR8'],
  ['br', 'PIS 120.56874.10-7', '120.56874.10-7'],
  ['pt', 'NIF 501 964 843', '501 964 843'],
  ['pt', 'cartão de cidadão 00000000 0 ZZ4', '00000000 0 ZZ4'],
  ['gr', 'ΑΜΚΑ 01013099997', '01013099997'],
  ['gr', 'ΑΦΜ 094259216', '094259216'],
  ['ie', 'it is 6433435FT', '6433435FT'],
  ['at', 'SVNR 1237 010180', '1237 010180'],
  ['ro', '1630615123457', '1630615123457'],
  ['bg', 'ЕГН 7523169263', '7523169263'],
  ['hr', 'OIB 33392005961', '33392005961'],
  ['rs', 'moj broj 0101006500006', '0101006500006'],
  ['si', 'EMŠO 0101006500006', '0101006500006'],
  ['cz', '710319/2745', '710319/2745'],
  ['cz', 'rodné číslo 7103192745', '7103192745'],
  ['hu', 'TAJ 111 111 110', '111 111 110'],
  ['ee', 'isikukood 37605030299', '37605030299'],
  ['lt', 'asmens kodas 33309240064', '33309240064'],
  ['lv', '161175-19997', '161175-19997'],
  ['ua', 'РНОКПП 1759013776', '1759013776'],
  ['ru', '112-233-445 95', '112-233-445 95'],
  ['ru', 'ИНН 500100732259', '500100732259'],
  ['is', '450401-3150', '450401-3150'],
  ['tw', '身分證 A123456789', 'A123456789'],
  ['hk', 'A123456(3)', 'A123456(3)'],
  ['th', '1-2345-45678-78-1', '1-2345-45678-78-1'],
  ['my', '770305-02-1234', '770305-02-1234'],
  ['id', 'NIK 3201234101900001', '3201234101900001'],
  ['pk', '35202-1234567-1', '35202-1234567-1'],
  ['lk', '911042754V', '911042754V'],
  ['ir', 'کد ملی 0499370899', '0499370899'],
  ['il', 'teudat zehut 123456782', '123456782'],
  ['sa', 'iqama 1000000008', '1000000008'],
  ['ae', '784-1990-1234567-1', '784-1990-1234567-1'],
  ['eg', 'national id 29001011234567', '29001011234567'],
  ['nz', 'IRD 49-091-850', '49-091-850'],
  ['sg', 'M1234567K', 'M1234567K'],
  ['gh', 'GHA-123456789-0', 'GHA-123456789-0'],
  // With few digits.
  ['in', 'my number ABCPE1234F', 'ABCPE1234F'],
  ['it', 'codice RSSMRAU5T10ARSNL', 'RSSMRAU5T10ARSNL'],
];

describe('identifiers of a country', () => {
  it.each(RIGHT)('%s: %s', (pack, text, value) => {
    const rules = { countries: [], packs: new Set([pack]) };
    expect(redact(text, rules)).toBe(text.replace(value, '[id]'));
    // With all the others it is removed too, under whatever name.
    expect(redact(text)).not.toContain(value);
  });

  it.each([
    'artículo 12.345.678-9, precio 1.234.567-8, total 12.345.678',
    'RUT 12.345.678-6 no es válido',
    'order 12345678-5, order 161175-19997',
    'build 22621.1702, CI 123456, RC 2024, cc: 1234567',
    'EAN 5901234123457, timestamp 1700000000000',
    'part 1234567A, code A1234567(9)',
    'SKU GODE561231GR9, article 911042754V',
  ])('leaves "%s" alone', (text) => {
    expect(redact(text)).toBe(text);
  });
});
