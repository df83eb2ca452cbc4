/**
 * Opens the deployed journal in a real Chromium and checks that it is the build it should be.
 *
 *   node e2e/journal.e2e.mjs --url http://127.0.0.1:8080 --sha 4f2a91c --screenshot out.png
 *
 * Exit codes: 0 all checks passed, 1 a check failed, 2 wrong usage, 3 no Chromium found.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { BROWSER_ARGS, collectComplaints, findBrowser } from './chromium.mjs';

const USAGE = 'usage: node e2e/journal.e2e.mjs --url URL --sha SHA [--screenshot FILE]';
const TIMEOUT_MS = 15_000;
const SHORT_SHA_LENGTH = 7;

/** @returns {{ url: URL, sha: string, screenshot: string | undefined }} */
function readArguments() {
  try {
    const { values } = parseArgs({
      options: { url: { type: 'string' }, sha: { type: 'string' }, screenshot: { type: 'string' } },
    });
    if (!values.url || !values.sha) throw new Error('--url and --sha are needed');
    return { url: new URL(values.url), sha: values.sha.slice(0, SHORT_SHA_LENGTH), screenshot: values.screenshot };
  } catch (error) {
    console.error(`error: ${message(error)}\n${USAGE}`);
    process.exit(2);
  }
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Waits until the element with this test id says what is expected.
 * @param {import('playwright-core').Page} page
 * @param {string} testId
 * @param {string} expected
 */
async function expectText(page, testId, expected) {
  const element = page.getByTestId(testId);
  try {
    await element.and(page.getByText(expected, { exact: true })).waitFor();
  } catch {
    const shown = await element.textContent({ timeout: 1_000 }).catch(() => null);
    throw new Error(`${testId} shows ${shown === null ? 'nothing' : `"${shown}"`}, expected "${expected}"`);
  }
  console.log(`ok   ${testId} is ${expected}`);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {ReturnType<typeof readArguments>} options
 */
async function check(page, { url, sha, screenshot }) {
  await page.goto(url.href, { waitUntil: 'load' });
  await expectText(page, 'frontend-version', sha);
  await expectText(page, 'backend-version', sha);
  for (const environment of ['test', 'prod']) {
    await page.getByTestId(`environment-card-${environment}`).waitFor();
    console.log(`ok   the card of ${environment} is visible`);
  }
  const first = page.locator('.row-link').first();
  await first.or(page.getByText('No releases yet')).waitFor();
  if (screenshot) {
    await page.screenshot({ path: screenshot, fullPage: true });
    console.log(`ok   screenshot in ${screenshot}`);
  }
  if (await first.isVisible()) {
    const subject = await first.textContent();
    await first.click();
    await page.getByTestId('release-detail').waitFor();
    console.log(`ok   the release "${subject}" opens`);
    await page.getByRole('link', { name: 'Trends' }).click();
    await page.getByTestId('trends').or(page.getByText('Nothing was released')).waitFor();
    console.log('ok   the trends open');
  } else {
    console.log('ok   no releases yet, so none was opened');
  }
}

const options = readArguments();
const executablePath = findBrowser();
if (!executablePath) {
  console.error(process.env.CHROMIUM ? `error: CHROMIUM=${process.env.CHROMIUM} is not a program` : 'error: no Chromium found');
  console.error('hint: install one, on Debian and Ubuntu: apt-get update && apt-get install -y chromium');
  console.error('hint: or name one that is already there: CHROMIUM=/path/to/chromium');
  process.exit(3);
}
const profile = mkdtempSync(join(tmpdir(), 'journal-e2e-'));
/** @type {string[]} */
let failures = [];
/** @type {import('playwright-core').BrowserContext | undefined} */
let browser;
try {
  browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: BROWSER_ARGS,
    viewport: { width: 1280, height: 800 },
  });
  browser.setDefaultTimeout(TIMEOUT_MS);
  const page = await browser.newPage();
  const complaints = collectComplaints(page);
  try {
    await check(page, options);
  } catch (error) {
    failures.push(message(error));
  }
  failures = [...failures, ...complaints];
} catch (error) {
  failures.push(message(error));
} finally {
  await browser?.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
}

for (const failure of failures) console.error(`FAIL ${failure}`);
console.log(failures.length ? `${failures.length} checks failed on ${options.url.href}` : `passed on ${options.url.href}`);
process.exitCode = failures.length ? 1 : 0;
