import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, release, releaseDetail, serve } from '../testing/server';

const restored = { id: 'r-good', git_sha: '4f2a91cd0e5b7a3318c2d4e6f8091a2b3c4d5e6f', message: 'orders: keep the cart\n\nMore.' };
const automatic = { automatic: true, by: null, failed_release: 'r-bad', restored };

function rolledBack(rollback: Record<string, unknown>) {
  return release({ id: 'r-back', environment: 'prod', git_sha: null, message: null, author: null, rollback });
}

describe('a rollback', () => {
  it('is what is live: with the commit that it brought back, and why', async () => {
    const items = [
      { environment: 'test', live: release() },
      { environment: 'prod', live: rolledBack(automatic) },
    ];
    serve({ '/api/environments': () => json({ items }) });
    renderApp();
    const prod = await screen.findByTestId('environment-card-prod');
    expect(within(prod).getAllByText('Rolled back')).toHaveLength(2);
    expect(within(prod).getByText('4f2a91c')).toBeTruthy();
    expect(within(prod).getByText('Back to “orders: keep the cart”')).toBeTruthy();
    expect(within(prod).getByText('the pipeline')).toBeTruthy();
    expect(within(prod).getByRole('link', { name: 'a release that failed' }).getAttribute('href')).toBe('/releases/r-bad');
    expect(screen.getByText('Test and production run the same commit')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('of a person names the person', async () => {
    const by = 'arn:aws:sts::123456789012:assumed-role/ops/mira';
    const live = rolledBack({ automatic: false, by, failed_release: null, restored: null });
    serve({ '/api/environments': () => json({ items: [{ environment: 'prod', live }] }) });
    renderApp();
    const prod = await screen.findByTestId('environment-card-prod');
    expect(within(prod).getByText('mira')).toBeTruthy();
    expect(within(prod).getByText('Rolled back by')).toBeTruthy();
    expect(within(prod).getByText('no commit')).toBeTruthy();
  });

  it.each([
    [true, 'Automatic rollback'],
    [false, 'Rollback'],
  ])('has a name in a list (automatic: %s)', async (isAutomatic, name) => {
    const item = rolledBack({ automatic: isAutomatic, by: null, failed_release: null, restored: null });
    serve({ '/api/releases': () => json({ items: [item], next_cursor: null }) });
    renderApp('/releases');
    expect(await screen.findByRole('link', { name })).toBeTruthy();
  });

  it('has a page that leads to what failed and to what is back', async () => {
    serve({ '/api/releases/r-back': () => json(releaseDetail({ id: 'r-back', releases: [rolledBack(automatic)] })) });
    renderApp('/releases/r-back');
    expect(await screen.findByRole('heading', { level: 1, name: 'Back to “orders: keep the cart”' })).toBeTruthy();
    const facts = screen.getByRole('region', { name: 'Rollback' });
    const links = within(facts).getAllByRole('link');
    expect(links.map((link) => link.getAttribute('href'))).toEqual(['/releases/r-good', '/releases/r-bad']);
    expect(within(facts).getByText('the pipeline, after a failure')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('to something unknown says so', async () => {
    const unknown = rolledBack({ automatic: false, by: 'ops', failed_release: null, restored: null });
    serve({ '/api/releases/r-back': () => json(releaseDetail({ id: 'r-back', releases: [unknown] })) });
    renderApp('/releases/r-back');
    expect(await screen.findByText('not known: no earlier release has this image')).toBeTruthy();
  });
});
