/**
 * The pages in a real Chromium, against the real API: accessible in light and dark, on a desktop and on a phone, under the
 * strictest content security policy, by keyboard, within the budget, and across a release.
 *
 * SCREENSHOTS=FOLDER keeps a picture of every page. Without a Chromium the tests are skipped, unless REQUIRE_BROWSER is set.
 */
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectComplaints, findBrowser } from './chromium.mjs';
import { startWorld } from './world.mjs';

const FIRST_LOAD_BUDGET_BYTES = 150 * 1024;
const screenshots = process.env.SCREENSHOTS;
const executable = findBrowser();
if (!executable && process.env.REQUIRE_BROWSER) throw new Error('REQUIRE_BROWSER is set and no Chromium was found');

/** @type {Awaited<ReturnType<typeof startWorld>>} */
let world;
/** @type {{ url: string, close: () => void }} */
let site;
/** @type {Record<string, string>} */
const paths = {};

const WAYS = /** @type {const} */ (['light', 'dark']).flatMap((scheme) => [
  { scheme, device: 'desktop', width: 1280, height: 900 },
  { scheme, device: 'phone', width: 390, height: 844 },
]);

describe.skipIf(!executable)('pages in Chromium', () => {
  beforeAll(async () => {
    world = await startWorld(executable ?? '');
    site = await world.serve();
    const response = await fetch(`${world.apiUrl}/api/releases?environment=prod&limit=100`);
    const { items } = /** @type {{ items: { id: string, status: string, rollback: unknown }[] }} */ (await response.json());
    const idOf = (/** @type {string} */ status) => items.find((release) => release.status === status && !release.rollback)?.id ?? '';
    Object.assign(paths, {
      overview: '/',
      timeline: '/releases',
      trends: '/trends',
      released: `/releases/${idOf('succeeded')}`,
      failed: `/releases/${idOf('failed')}`,
      waiting: `/releases/${idOf('waiting')}`,
      rollback: `/releases/${items.find((release) => release.rollback)?.id ?? ''}`,
      nowhere: '/nowhere',
    });
  });

  afterAll(async () => {
    site?.close();
    await world?.stop();
  });

  /**
   * @param {{ scheme: 'light' | 'dark', width: number, height: number }} way
   * @param {(page: import('playwright-core').Page, complaints: string[]) => Promise<void>} look
   */
  async function inBrowser({ scheme, width, height }, look) {
    const context = await world.browser.newContext({ colorScheme: scheme, viewport: { width, height } });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    try {
      await look(page, collectComplaints(page));
    } finally {
      await context.close();
    }
  }

  const desktop = { scheme: /** @type {const} */ ('light'), width: 1280, height: 900 };

  /** @param {import('playwright-core').Page} page */
  async function violations(page) {
    // By the debugger, so that the page's own policy stays in force for the page.
    await page.evaluate(axe.source);
    const found = await page.evaluate(() => /** @type {any} */ (window).axe.run(document));
    return found.violations.map(
      (/** @type {import('axe-core').Result} */ { id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`,
    );
  }

  /** @param {import('playwright-core').Page} page @param {string} name */
  async function inspect(page, name) {
    expect(await violations(page), name).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${name} is too wide`).toBeLessThanOrEqual(0);
    if (!screenshots) return;
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  }

  /** @param {import('playwright-core').Page} page */
  async function loaded(page) {
    await page.locator('h1').first().waitFor({ state: 'attached' });
    await page.waitForFunction(() => !document.querySelector('.skeleton'));
  }

  it.each(WAYS)('are accessible and quiet: $scheme, $device', async (way) => {
    await inBrowser(way, async (page, complaints) => {
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(site.url + path);
        await loaded(page);
        await inspect(page, `${name}-${way.device}-${way.scheme}`);
      }
      expect(complaints).toEqual([]);
    });
  });

  it.each([
    ['loading', /** @type {const} */ ('never')],
    ['broken', { status: 503, body: '{"title":"Service Unavailable","detail":"the journal\'s table does not answer"}' }],
  ])('are accessible while they are %s', async (state, answer) => {
    const other = await world.serve((path) => (/^\/api\/(releases|environments|metrics)/.test(path) ? answer : null));
    try {
      for (const way of WAYS.filter(({ scheme }) => scheme === 'dark')) {
        await inBrowser(way, async (page) => {
          for (const [name, path] of Object.entries(paths).filter(([known]) => known !== 'nowhere')) {
            await page.goto(other.url + path);
            const shown = state === 'loading' ? page.locator('.skeleton') : page.getByRole('alert');
            await shown.first().waitFor();
            await inspect(page, `${name}-${state}-${way.device}`);
          }
        });
      }
    } finally {
      other.close();
    }
  });

  it('show what the API knows', async () => {
    await inBrowser(desktop, async (page) => {
      await page.goto(site.url);
      await page.getByTestId('environment-card-prod').getByText('Waits for approval').waitFor();
      await page.getByTestId('environment-card-test').getByText('4 of 4 passed').waitFor();
      await page.goto(site.url + (paths.failed ?? ''));
      const report = page.getByTestId('report-prod');
      await report.getByText('status is 500, expected 200').first().waitFor();
      await page.getByRole('region', { name: 'Task definition in production' }).getByText('not shown').waitFor();
      await page.getByRole('region', { name: 'Approval' }).getByText('Approved').waitFor();
    });
  });

  it('cope with whatever a commit says', async () => {
    // Longer than any line, markup, words that turn the rest of the line around, and control characters.
    const hostile = [
      'x'.repeat(1000),
      '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>',
      '\u202egnp.exe \u2066 hidden \u0000\u0007',
      '\u{1f4a5}'.repeat(150),
    ];
    const releases = hostile.map((message, number) => ({
      id: `r-${number}`,
      environment: 'e'.repeat(32),
      status: 'succeeded',
      git_sha: 'f'.repeat(64),
      message: `${message}\n\n${message}`,
      author: message,
      image_digest: `sha256:${'a'.repeat(64)}`,
      started_at: '2025-06-12T10:00:00Z',
      finished_at: '2025-06-12T10:03:20Z',
      approval: { status: 'approved', summary: message, approver: message },
      validation: { verdict: 'Failed', passed: 1, total: 2, message },
    }));
    const [live, failed, in_progress] = releases;
    const action = { name: 'n'.repeat(100), status: 'failed', provider: 'p'.repeat(128), summary: hostile[0], url: 'javascript:alert(1)' };
    const check = { name: 'c'.repeat(160), passed: false, tries: 3, elapsed_ms: 10, wrong: hostile };
    const change = { path: 'p'.repeat(160), before: hostile[0], after: hostile[1], hidden: false };
    const answers = {
      '/api/releases': { items: releases, next_cursor: null },
      '/api/environments': { items: [{ environment: 'prod', live, failed }, { environment: 'test', live: failed, in_progress }] },
      '/api/releases/r-0': {
        id: 'r-0',
        pipeline: 'p'.repeat(100),
        releases,
        approval: live?.approval,
        stages: [{ name: 's'.repeat(100), status: 'failed', actions: [action] }],
        reports: [
          {
            environment: 'e'.repeat(32),
            verdict: 'Failed',
            message: hostile[0],
            checks: [check],
            phases: [{ phase: 'p'.repeat(160), passed: false, elapsed_ms: 1, detail: hostile[0] }],
            task_definition: { before: 'b'.repeat(160), after: 'a'.repeat(160), changes: [change] },
          },
        ],
      },
    };
    const other = await world.serve((path) => {
      const answer = answers[/** @type {keyof typeof answers} */ (path)];
      return answer ? { status: 200, body: JSON.stringify(answer) } : null;
    });
    try {
      for (const way of WAYS.filter(({ scheme }) => scheme === 'light')) {
        await inBrowser(way, async (page, complaints) => {
          for (const [name, path] of [['overview', '/'], ['timeline', '/releases'], ['release', '/releases/r-0']]) {
            await page.goto(other.url + path);
            await loaded(page);
            await inspect(page, `hostile-${name}-${way.device}`);
            expect(await page.title()).not.toBe('owned');
            expect(await page.locator('main img, main script, a[href^="javascript"]').count()).toBe(0);
          }
          expect(complaints).toEqual([]);
        });
      }
    } finally {
      other.close();
    }
  });

  it('say that a release is unknown, and that the visitor is offline', async () => {
    await inBrowser({ scheme: 'dark', width: 390, height: 844 }, async (page) => {
      await page.goto(`${site.url}/releases/no-such-release`);
      await page.getByText('This release is not in the journal').waitFor();
      await inspect(page, 'unknown-phone');
      await page.getByRole('link', { name: 'All releases' }).click();
      await page.locator('.row-link').first().waitFor();
      await page.context().setOffline(true);
      await page.getByText('You are offline').waitFor();
      await inspect(page, 'offline-phone');
      await page.context().setOffline(false);
      await page.getByText('You are offline').waitFor({ state: 'detached' });
    });
  });

  it('stand still for those who want no motion', async () => {
    const other = await world.serve((path) => (path.startsWith('/api/environments') ? 'never' : null));
    try {
      await inBrowser(desktop, async (page) => {
        const moving = () => page.evaluate(() => document.getAnimations().length);
        await page.goto(other.url);
        await page.locator('.skeleton').first().waitFor();
        expect(await moving()).toBeGreaterThan(0);
        await page.emulateMedia({ reducedMotion: 'reduce' });
        expect(await moving()).toBe(0);
      });
    } finally {
      other.close();
    }
  });

  it('filter the timeline, and the address keeps it', async () => {
    await inBrowser(desktop, async (page) => {
      await page.goto(`${site.url}/releases`);
      await page.getByLabel('Environment').selectOption('prod');
      await page.getByLabel('Status').selectOption('failed');
      await loaded(page);
      await page.getByText('smoke tests failed').first().waitFor();
      expect(new URL(page.url()).search).toBe('?environment=prod&status=failed');
      await page.reload();
      await page.getByText('smoke tests failed').first().waitFor();
      expect(await page.getByLabel('Status').inputValue()).toBe('failed');
    });
  });

  it('can be used by keyboard alone', async () => {
    await inBrowser(desktop, async (page) => {
      await page.goto(site.url);
      await loaded(page);
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').textContent()).toBe('Skip to content');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
      const row = page.locator('.row-link').first();
      const subject = await row.textContent();
      for (let presses = 0; presses < 30; presses += 1) {
        if (await row.evaluate((element) => element === document.activeElement)) break;
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await page.getByTestId('release-detail').getByRole('heading', { level: 1, name: subject ?? '' }).waitFor();
      await page.waitForFunction(() => document.activeElement?.id === 'main');
    });
  });

  it('load less JavaScript at first than the budget allows', async () => {
    await inBrowser(desktop, async (page) => {
      /** @type {Promise<Buffer>[]} */
      const scripts = [];
      page.on('response', (response) => {
        if (response.request().resourceType() === 'script') scripts.push(response.body());
      });
      await page.goto(site.url, { waitUntil: 'networkidle' });
      const sizes = (await Promise.all(scripts)).map((body) => gzipSync(body).length);
      const sum = sizes.reduce((total, size) => total + size, 0);
      expect(sizes.length).toBeGreaterThan(1);
      expect(sum).toBeGreaterThan(50 * 1024);
      expect(sum).toBeLessThan(FIRST_LOAD_BUDGET_BYTES);
    });
  });

  it.each([
    ['the next build has it', true],
    ['it is truly gone', false],
  ])('reload once when a chunk is missing; %s', async (_, isInNextBuild) => {
    let documents = 0;
    const other = await world.serve((path) =>
      /\/assets\/trends-.*\.js$/.test(path) && (documents < 2 || !isInNextBuild) ? { status: 404 } : null,
    );
    try {
      await inBrowser(desktop, async (page) => {
        page.on('request', (request) => {
          if (request.isNavigationRequest()) documents += 1;
        });
        await page.goto(other.url);
        await loaded(page);
        await page.getByRole('link', { name: 'Trends' }).click();
        // The reload is of the page that the visitor is on; the second try is theirs.
        await expect.poll(() => documents, { timeout: 15_000 }).toBe(2);
        await loaded(page);
        await page.getByRole('link', { name: 'Trends' }).click();
        await (isInNextBuild ? page.getByTestId('trends') : page.getByText('This page could not be shown')).waitFor();
        expect(documents).toBe(2);
      });
    } finally {
      other.close();
    }
  });
});
