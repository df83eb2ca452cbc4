/** Finds a Chromium on this machine, and what a page in it complains about. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

export const BROWSER_ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `$CHROMIUM`, or the first browser on the PATH; undefined when there is none. */
export function findBrowser() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = process.env.CHROMIUM
    ? [process.env.CHROMIUM]
    : BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Everything the browser complains about, in order. A violation of the content security policy is a console error.
 * @param {import('playwright-core').Page} page
 */
export function collectComplaints(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (entry) => {
    if (entry.type() === 'error') complaints.push(`console error: ${entry.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught error: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.request().method()} ${response.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'failed';
    // ERR_ABORTED is the page's own doing: it drops a refresh when the visitor moves on.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${reason} ${request.method()} ${request.url()}`);
  });
  return complaints;
}
