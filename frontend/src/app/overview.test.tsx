import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, release, serve } from '../testing/server';

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

  it('loads older releases page by page', async () => {
    const requests = serve({
      '/api/releases': (url) =>
        url.searchParams.get('cursor') === 'c1'
          ? json({ items: [release({ id: 'r-0', message: 'first release' })], next_cursor: null })
          : json({ items: [release()], next_cursor: 'c1' }),
    });
    renderApp();
    await userEvent.click(await screen.findByRole('button', { name: 'Load more' }));
    expect(await screen.findByRole('link', { name: 'first release' })).toBeTruthy();
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
    expect(requests).toContain('/api/releases?limit=20&cursor=c1');
  });

  it('keeps the first page when the next one fails', async () => {
    let healthy = false;
    serve({
      '/api/releases': (url) => {
        if (!url.searchParams.has('cursor')) return json({ items: [release()], next_cursor: 'c1' });
        return healthy
          ? json({ items: [release({ id: 'r-0', message: 'first release' })] })
          : json({ title: 'Too Many Requests' }, 429);
      },
    });
    renderApp();
    await userEvent.click(await screen.findByRole('button', { name: 'Load more' }));
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText('Too Many Requests')).toBeTruthy();
    expect(screen.getAllByRole('listitem')).toHaveLength(1);

    healthy = true;
    await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'first release' })).toBeTruthy();
  });

  it('offers the next page when the first one is empty', async () => {
    serve({ '/api/releases': () => json({ items: [], next_cursor: 'c1' }) });
    renderApp();
    expect(await screen.findByRole('button', { name: 'Load more' })).toBeTruthy();
    expect(screen.queryByText('No releases yet')).toBeNull();
  });

  it('lists a release once for each environment and says where approval is awaited', async () => {
    const waiting = release({ environment: 'prod', status: 'in_progress', approval: { status: 'waiting' } });
    serve({
      '/api/environments': () => json({ items: [{ environment: 'prod', live: null, in_progress: waiting }] }),
      '/api/releases': () => json({ items: [waiting, release()], next_cursor: null }),
    });
    renderApp();
    expect(await screen.findAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByText('awaits approval')).toBeTruthy();
    expect(await screen.findByText('Awaits approval')).toBeTruthy();
  });

  it('filters the releases by environment', async () => {
    const requests = serve();
    renderApp();
    const filter = await screen.findByRole('navigation', { name: 'Releases by environment' });
    await userEvent.click(within(filter).getByRole('link', { name: 'Production' }));
    expect(within(filter).getByRole('link', { name: 'Production' }).getAttribute('aria-current')).toBe('true');
    expect(requests).toContain('/api/releases?limit=20&environment=prod');
  });
});
