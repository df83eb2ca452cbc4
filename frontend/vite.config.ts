import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** The commit that is being built. Checked here because it ends up in HTML, in JSON and on the page. */
function buildSha(): string {
  const sha = process.env.GIT_SHA || process.env.CODEBUILD_RESOLVED_SOURCE_VERSION || 'dev';
  if (!/^[0-9A-Za-z._-]{1,64}$/.test(sha)) {
    throw new Error(
      `GIT_SHA is ${JSON.stringify(sha)}; expected a commit hash (letters, digits, ".", "_" and "-", at most 64 characters)`,
    );
  }
  return sha;
}

/**
 * Stamps the build: `<meta name="release">` in index.html and `version.json` beside it.
 *
 * The hash goes into these two files only and never into a script, so a commit that leaves the code alone keeps every
 * hashed asset (and every visitor's cache) as it was. There is no time stamp, so the same source builds the same bytes.
 */
function releaseStamp(): Plugin {
  const sha = buildSha();
  return {
    name: 'release-stamp',
    transformIndexHtml: () => [{ tag: 'meta', attrs: { name: 'release', content: sha }, injectTo: 'head' }],
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'version.json', source: `${JSON.stringify({ git_sha: sha })}\n` });
    },
  };
}

export default defineConfig({
  plugins: [react(), releaseStamp()],
  server: {
    proxy: { '/api': { target: process.env.API_TARGET || 'http://127.0.0.1:8000' } },
  },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    manifest: true,
    sourcemap: 'hidden',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Libraries change less often than the journal: their chunk stays cached from release to release.
        codeSplitting: { groups: [{ name: 'vendor', test: /node_modules/ }] },
      },
    },
  },
  test: {
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'jsdom',
          include: ['src/**/*.test.{ts,tsx}'],
          setupFiles: ['src/testing/setup.ts'],
          restoreMocks: true,
          unstubGlobals: true,
        },
      },
      // The built pages in a real Chromium, against the real API (backend/tests/serve.py).
      {
        extends: true,
        test: { name: 'browser', environment: 'node', include: ['e2e/**/*.test.mjs'], hookTimeout: 180_000, testTimeout: 180_000 },
      },
    ],
  },
});
