import { freshBytes } from '../domain/privacy/aes-gcm.ts';

/** A name for a request that brings items. Each of them keeps it as its origin, so it is short: 96 random bits. */
export const requestName = (): string => `request ${freshBytes().toString('base64url')}`;
