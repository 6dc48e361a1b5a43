import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionCookie } from '../credentials.ts';

interface Cookie {
  readonly name: string;
  readonly value: string;
  /** 0 removes it. */
  readonly seconds: number;
  readonly sameSite: 'Strict' | 'Lax';
  readonly isSecure: boolean;
}

/** The header Set-Cookie of a cookie that no script reads. */
export function cookieText({ name, value, seconds, sameSite, isSecure }: Cookie): string {
  const age = Math.max(0, Math.floor(seconds));
  return `${name}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=${sameSite}${isSecure ? '; Secure' : ''}`;
}

/** Whether browsers reach this server by HTTPS: as the configuration, the proxy or the connection says. */
export function isByHttps(request: FastifyRequest, publicUrl: string | undefined): boolean {
  return (
    publicUrl?.startsWith('https:') === true ||
    request.protocol === 'https' ||
    // Of any sender: it only makes that sender's own cookie safer.
    request.headers['x-forwarded-proto']?.toString().startsWith('https') === true
  );
}

/** Sets the cookie of a session. Pages cannot read it, and other sites cannot make a browser send it. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string | undefined,
  token: string,
  seconds: number,
): void {
  const isSecure = isByHttps(request, publicUrl);
  reply.header(
    'set-cookie',
    cookieText({ name: sessionCookie(isSecure), value: token, seconds, sameSite: 'Strict', isSecure }),
  );
}
