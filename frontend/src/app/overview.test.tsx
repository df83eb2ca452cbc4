import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, metrics, release, serve } from '../testing/server';

describe('overview', () => {
  it('shows what is live where, the releases and both versions', async () => {
    serve();
    renderApp();
    const test = await screen.findByTestId('environment-card-test');
    expect(within(test).getByText('Live')).toBeTruthy();
    expect(within(test).getByText('4f2a91c')).toBeTruthy();
    expect(within(test).getByText('9f3c1d2e4b5a')).toBeTruthy();
    const prod = screen.getByTestId('environment-card-prod');
    expect(within(prod).getByText('Releasing')).toBeTruthy();
    expect(within(prod).getByText('No release has reached production yet.')).toBeTruthy();
    expect(test.compareDocumentPosition(prod)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);

    const row = await screen.findByRole('listitem');
    expect(within(row).getByRole('link', { name: 'orders: keep the cart across logins' })).toBeTruthy();
    expect(within(row).getByText('Succeeded')).toBeTruthy();
    expect(within(row).getByText('3 min 20 s')).toBeTruthy();

    expect(await screen.findByText('abc1234')).toBe(screen.getByTestId('backend-version'));
    expect(screen.getByTestId('frontend-version').textContent).toBe('dev');
    await expectNoAxeViolations();
  });

  it('shows skeletons while it waits', async () => {
    const never = () => new Promise<Response>(() => undefined);
    serve({ '/api/environments': never, '/api/releases': never, '/api/version': never });
    renderApp();
    expect(await screen.findByText('Loading the environments')).toBeTruthy();
    expect(screen.getByText('Loading the releases')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('says so when there are no releases yet', async () => {
    serve({
      '/api/environments': () => json({ items: [] }),
      '/api/releases': () => json({ items: [], next_cursor: null }),
    });
    renderApp();
    expect(await screen.findByText('No releases yet')).toBeTruthy();
    expect(await screen.findAllByText('Nothing live')).toHaveLength(2);
    await expectNoAxeViolations();
  });

  it('shows the reason of a failure and recovers by "Try again"', async () => {
    let healthy = false;
    serve({
      '/api/releases': () =>
        healthy
          ? json({ items: [release()], next_cursor: null })
          : json({ title: 'Unavailable', detail: 'The table does not answer.' }, 503),
    });
    renderApp();
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText('The table does not answer.')).toBeTruthy();
    await expectNoAxeViolations();

    healthy = true;
    await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('listitem')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('names an API that answers with a web page', async () => {
    serve({ '/api/environments': () => new Response('<!doctype html>') });
    renderApp();
    expect(await screen.findByText('The API answered with something that is not JSON.')).toBeTruthy();
  });

  it('lists a release once for each environment and says where approval is awaited', async () => {
    const waiting = release({ environment: 'prod', status: 'waiting', finished_at: null, approval: { status: 'waiting' } });
    serve({
      '/api/environments': () => json({ items: [{ environment: 'prod', live: null, waiting }] }),
      '/api/releases': () => json({ items: [waiting, release()], next_cursor: null }),
    });
    renderApp();
    expect(await screen.findAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByText('awaits approval')).toBeTruthy();
    const prod = await screen.findByTestId('environment-card-prod');
    expect(within(prod).getByText('Awaits approval')).toBeTruthy();
    expect(within(prod).getByText('Waits for approval')).toBeTruthy();
  });

  it('tells by whom, with which verdict, and what failed since', async () => {
    const live = release({
      environment: 'prod',
      approval: { status: 'approved', approver: 'arn:aws:sts::123456789012:assumed-role/release-engineer/mira' },
      validation: { verdict: 'Succeeded', passed: 4, total: 4 },
    });
    const failed = release({ id: 'r-2', environment: 'prod', status: 'failed', message: 'search: rank exact matches' });
    serve({ '/api/environments': () => json({ items: [{ environment: 'prod', live, failed }] }) });
    renderApp();
    const prod = await screen.findByTestId('environment-card-prod');
    expect(within(prod).getByText('mira')).toBeTruthy();
    expect(within(prod).getByText('4 of 4 passed')).toBeTruthy();
    expect(within(prod).getByText('Failed since')).toBeTruthy();
    expect(within(prod).getByText('search: rank exact matches')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it.each([
    ['4f2a91cd0e5b', 'Test and production run the same commit'],
    ['0000000000aa', 'Production is not yet on the commit in test'],
  ])('compares both environments (%s)', async (git_sha, words) => {
    const items = [
      { environment: 'test', live: release({ git_sha: '4f2a91cd0e5b' }) },
      { environment: 'prod', live: release({ environment: 'prod', git_sha }) },
    ];
    serve({ '/api/environments': () => json({ items }) });
    renderApp();
    expect(await screen.findByText(words)).toBeTruthy();
  });

  it('leads to the timeline and the trends', async () => {
    serve({ '/api/metrics': () => json(metrics()) });
    renderApp();
    const pages = await screen.findByRole('navigation', { name: 'Pages' });
    await userEvent.click(within(pages).getByRole('link', { name: 'Releases' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Releases' })).toBeTruthy();
    await userEvent.click(within(pages).getByRole('link', { name: 'Trends' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Trends' })).toBeTruthy();
    expect(within(pages).getByRole('link', { name: 'Trends' }).getAttribute('aria-current')).toBe('page');
  });
});
