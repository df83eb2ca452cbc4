import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { releasesQuery } from '../features/releases/filters';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, release, serve } from '../testing/server';

describe('timeline', () => {
  it('loads older releases page by page', async () => {
    const requests = serve({
      '/api/releases': (url) =>
        url.searchParams.get('cursor') === 'c1'
          ? json({ items: [release({ id: 'r-0', message: 'first release' })], next_cursor: null })
          : json({ items: [release()], next_cursor: 'c1' }),
    });
    renderApp('/releases');
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
    renderApp('/releases');
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
    renderApp('/releases');
    expect(await screen.findByRole('button', { name: 'Load more' })).toBeTruthy();
    expect(screen.queryByText('No releases yet')).toBeNull();
  });

  it('asks for everything when the address names filters that there are not', async () => {
    const requests = serve();
    renderApp('/releases?status=constructor&environment=%3Cb%3E&days=-1&commit=xyz&cursor=c9');
    await screen.findByRole('listitem');
    expect(requests).toContain('/api/releases?limit=20');
  });

  it('shows a status that it does not know as unknown', async () => {
    const strange = release({ status: 'toString', approval: { status: 'valueOf' } });
    serve({ '/api/releases': () => json({ items: [strange], next_cursor: null }) });
    renderApp('/releases');
    const row = await screen.findByRole('listitem');
    expect(within(row).getByText('Unknown')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('filters by environment and status, keeps it in the address and clears it', async () => {
    const requests = serve();
    renderApp('/releases');
    const filters = await screen.findByRole('search', { name: 'Filter releases' });
    await userEvent.selectOptions(within(filters).getByLabelText('Environment'), 'prod');
    await screen.findByRole('listitem');
    expect(requests).toContain('/api/releases?limit=20&environment=prod');
    await userEvent.selectOptions(within(filters).getByLabelText('Status'), 'rejected');
    await screen.findByRole('listitem');
    expect(requests).toContain('/api/releases?limit=20&environment=prod&status=rejected');
    await expectNoAxeViolations();
    await userEvent.click(within(filters).getByRole('button', { name: 'Clear filters' }));
    expect(within(filters).queryByRole('button', { name: 'Clear filters' })).toBeNull();
    expect(within(filters).getByLabelText<HTMLSelectElement>('Environment').value).toBe('');
  });

  it('takes filters from the address and ignores nonsense in it', async () => {
    const requests = serve();
    renderApp('/releases?environment=Bad!&status=odd&days=5&commit=xyz');
    await screen.findByRole('listitem');
    expect(requests).toContain('/api/releases?limit=20');
  });

  it('finds a commit by its first digits and says when they are too few', async () => {
    const requests = serve();
    renderApp('/releases');
    const field = await screen.findByRole('searchbox', { name: 'Commit' });
    await userEvent.type(field, '4f{Enter}');
    expect(screen.getByText(/at least four/)).toBeTruthy();
    expect(field.getAttribute('aria-invalid')).toBe('true');
    await expectNoAxeViolations();
    await userEvent.type(field, '2A91{Enter}');
    await screen.findByRole('listitem');
    expect(requests).toContain('/api/releases?limit=20&commit=4f2a91');
  });

  it('says so when nothing passes the filters', async () => {
    serve({ '/api/releases': () => json({ items: [], next_cursor: null }) });
    renderApp('/releases?status=failed');
    expect(await screen.findByText('No release passes these filters')).toBeTruthy();
  });

  it('asks for whole days, so that the question stays the same all day', () => {
    const filters = { environment: null, status: null, commit: null, days: 7 };
    const query = (time: string) => releasesQuery(filters, 20, null, new Date(`2025-06-12T${time}Z`));
    expect(query('00:00:01')).toBe('limit=20&since=2025-06-06T00%3A00%3A00.000Z');
    expect(query('23:59:59')).toBe(query('00:00:01'));
  });
});
