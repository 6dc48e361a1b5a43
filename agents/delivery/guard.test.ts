import { describe, expect, it } from 'vitest';
import { AddressRefusedError, addressGuard, isPublic } from './guard.ts';

const CLOSED = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:0a00:0001',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'not an address',
];
const OPEN = [
  '8.8.8.8',
  '1.1.1.1',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
];

it.each(CLOSED)('does not take %s for public', (address) => expect(isPublic(address)).toBe(false));
it.each(OPEN)('takes %s for public', (address) => expect(isPublic(address)).toBe(true));

describe('the guard', () => {
  const open = new AbortController().signal;
  const names: Record<string, string[]> = {
    'good.example': ['8.8.8.8'],
    'rebound.example': ['127.0.0.1'],
    'mixed.example': ['10.0.0.1', '8.8.4.4'],
    'hooks.internal': ['10.2.0.9'],
  };
  const resolve = async (host: string) =>
    (names[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const guard = addressGuard(['hooks.internal', '10.9.0.0/16', 'fd00::/8', '192.168.7.7'], resolve);

  it('answers with the address to connect to', async () => {
    expect(await guard.check('good.example', open)).toEqual({
      address: '8.8.8.8',
      family: 4,
      isNamed: false,
    });
    expect(await guard.check('GOOD.example.', open)).toMatchObject({ address: '8.8.8.8' });
    expect((await guard.check('mixed.example', open)).address).toBe('8.8.4.4');
  });

  it.each([
    'rebound.example',
    'nowhere.example',
    '127.0.0.1',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '10.2.0.9',
    '192.168.7.8',
  ])('refuses %s', async (host) => {
    await expect(guard.check(host, open)).rejects.toThrow(AddressRefusedError);
  });

  it('waits for a name server no longer than the exchange may take', async () => {
    const silent = addressGuard([], () => new Promise(() => undefined));
    await expect(silent.check('slow.example', AbortSignal.timeout(20))).rejects.toThrow('timeout');
  });

  it.each(['hooks.internal', '10.9.3.3', '192.168.7.7', '[fd00::12]', '::ffff:10.9.0.1'])(
    'allows %s, which the deployment names',
    async (host) => {
      expect((await guard.check(host, open)).isNamed).toBe(true);
    },
  );
});
