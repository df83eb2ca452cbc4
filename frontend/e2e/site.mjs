/**
 * The built pages as CloudFront serves them, on 127.0.0.1: the same headers, the same routing, `/api` to the journal's API.
 *
 * The content security policy is the strictest that the pages are meant to run under. Terraform's response headers policy
 * says the same; a page that needs more fails the browser tests.
 */
import { createReadStream, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';

export const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * @param {string} folder the build
 * @param {{ api: string, override?: (path: string) => { status: number, body?: string } | null | 'never' }} options
 *   `override` answers a request itself: with an error, or never
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export function serveSite(folder, { api, override = () => null }) {
  const server = createServer((incoming, answer) => {
    const path = new URL(incoming.url ?? '/', 'http://site').pathname;
    const instead = override(path);
    if (instead === 'never') return;
    if (instead) {
      answer.writeHead(instead.status, { 'Content-Type': 'application/problem+json' }).end(instead.body ?? '{}');
      return;
    }
    if (path.startsWith('/api/')) {
      forward(new URL(incoming.url ?? '/', api), answer);
      return;
    }
    const file = join(folder, normalize(extname(path) ? path : '/index.html'));
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))];
    if (!type || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      answer.writeHead(404, SECURITY_HEADERS).end();
      return;
    }
    answer.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': type });
    createReadStream(file).pipe(answer);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({
        url: `http://127.0.0.1:${address.port}`,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

/**
 * @param {URL} url
 * @param {import('node:http').ServerResponse} answer
 */
function forward(url, answer) {
  request(url, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  })
    .on('error', () => {
      answer.writeHead(502).end();
    })
    .end();
}
