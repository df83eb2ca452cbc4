/** The built pages, the real API with a history of releases, and a browser: what a browser test needs, and its end. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { BROWSER_ARGS } from './chromium.mjs';
import { serveSite } from './site.mjs';

const FRONTEND = dirname(dirname(fileURLToPath(import.meta.url)));
const PROJECT = dirname(FRONTEND);
const run = promisify(execFile);

/** @param {string} executablePath */
export async function startWorld(executablePath) {
  const folder = mkdtempSync(join(tmpdir(), 'journal-browser-'));
  await run('.ci/venv', ['backend/.venv', 'backend/requirements-dev.txt'], { cwd: PROJECT });
  const api = spawn(join(PROJECT, 'backend/.venv/bin/python'), ['-m', 'tests.serve', '--port', '0', '--days', '14'], {
    cwd: join(PROJECT, 'backend'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const firstLine = new Promise((resolve, reject) => {
    createInterface({ input: api.stdout }).once('line', resolve);
    api.once('exit', (code) => {
      reject(new Error(`the API ended with ${code}`));
    });
  });
  // As a program: in this process Vite would see that tests run, and build React for development.
  const vite = join(FRONTEND, 'node_modules/vite/bin/vite.js');
  const environment = { ...process.env, NODE_ENV: 'production' };
  await run(process.execPath, [vite, 'build', '--outDir', join(folder, 'dist')], { cwd: FRONTEND, env: environment });
  const apiUrl = /** @type {string} */ (await firstLine);
  const browser = await chromium.launch({ executablePath, args: BROWSER_ARGS });
  return {
    browser,
    apiUrl,
    /** @param {Parameters<typeof serveSite>[1]['override']} [override] */
    serve: (override) => serveSite(join(folder, 'dist'), { api: apiUrl, ...(override && { override }) }),
    stop: async () => {
      await browser.close();
      api.kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
