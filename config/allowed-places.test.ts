import { expect, it } from 'vitest';
import { problemOfAllowed } from './allowed-places.ts';

it('says what is wrong with an entry of targets.allow', () => {
  for (const right of ['hooks.internal', 'localhost', '10.0.0.0/8', '127.0.0.1', '::1', 'fd00::/8'])
    expect(problemOfAllowed(right)).toBeNull();
  for (const wrong of ['', 'https://x', 'a b', '10.0.0.0/33', 'x.example/8', '*.example.com'])
    expect(problemOfAllowed(wrong), wrong).not.toBeNull();
});
