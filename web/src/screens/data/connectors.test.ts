import { describe, expect, it } from 'vitest';
import { type ConnectionDraft, draftFor, inputOf } from './connectors.ts';

const draft = (connector: string, part: Partial<ConnectionDraft> = {}) =>
  inputOf({ ...draftFor(connector, ' Shop '), ...part });

describe('the input of a connection', () => {
  it('has the fields of its place beside or around the map, without those that are blank', () => {
    const map = '{ "source": "export" }';
    expect(draft('folder', { mapping: map, fields: { folder: ' exports/nps ' } })).toEqual({
      input: {
        connector: 'folder',
        name: 'Shop',
        mapping: { folder: 'exports/nps', map: { source: 'export' } },
      },
    });
    const fields = { bucket: 'nps-exports', prefix: '', region: 'eu-central-1' };
    expect(draft('bucket', { mapping: map, fields, secret: 'AKIA:wJal' })).toEqual({
      input: {
        ...{ connector: 'bucket', name: 'Shop', secret: 'AKIA:wJal' },
        mapping: { bucket: 'nps-exports', region: 'eu-central-1', map: { source: 'export' } },
      },
    });
    expect(draft('kafka', { mapping: '', fields: { topic: 'nps' } })).toEqual({
      input: { connector: 'kafka', name: 'Shop', mapping: { topic: 'nps' } },
    });
  });

  it('has the key and the host of a vendor that announces, and no mapping where none was written', () => {
    const access = { key: ' sk_1 ', host: 'fra1.qualtrics.com' };
    expect(draft('qualtrics', { ...access, mapping: '' })).toEqual({
      input: { connector: 'qualtrics', name: 'Shop', vendorKey: 'sk_1', vendorHost: 'fra1.qualtrics.com' },
    });
    // Of the tool that was chosen before.
    expect(draft('typeform', access)).toEqual({ input: { connector: 'typeform', name: 'Shop' } });
  });

  it('says what is missing', () => {
    expect(draft('kafka', { name: '' })).toEqual({ problem: 'Name the connection.' });
    expect(draft('kafka')).toEqual({ problem: 'Topic: write it.' });
    expect(draft('kafka', { fields: { topic: 'nps' }, mapping: '[]' })).toEqual({
      problem: 'The mapping is not a JSON object.',
    });
    expect(draft('bucket', { fields: { bucket: 'nps' } })).toEqual({
      problem: 'Access key and secret: write them.',
    });
    expect(draft('canonical', { mapping: '{' })).toEqual({ problem: 'The mapping is not JSON.' });
  });
});
