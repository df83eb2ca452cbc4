import { onlineManager, QueryClient } from '@tanstack/react-query';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { createMemoryRouter } from 'react-router';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApiClient } from '../lib/api-client';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, release, serve } from '../testing/server';
import { App } from './app';
import { routes } from './routes';

afterEach(() => {
  onlineManager.setOnline(true);
});

function notice() {
  return screen.getByTestId('connection');
}

describe('connection', () => {
  it('says nothing while everything is current', async () => {
    serve();
    renderApp();
    await screen.findByRole('listitem');
    expect(notice().textContent).toBe('');
  });

  it('says so when the visitor is offline, and goes on by itself', async () => {
    onlineManager.setOnline(false);
    serve();
    renderApp('/releases');
    // Nothing can be asked for, not even where the API is: the skeleton stays, and no error is made up.
    expect(await screen.findByText('Loading the release journal')).toBeTruthy();
    act(() => {
      onlineManager.setOnline(true);
    });
    expect(await screen.findByRole('listitem')).toBeTruthy();
    act(() => {
      onlineManager.setOnline(false);
    });
    expect(await within(notice()).findByText(/You are offline/)).toBeTruthy();
    expect(screen.getByRole('listitem')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('says since when what is shown is not up to date', async () => {
    let healthy = true;
    serve({
      '/api/releases': () =>
        healthy ? json({ items: [release()], next_cursor: null }) : json({ title: 'Service Unavailable' }, 503),
    });
    const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    render(<App router={createMemoryRouter(routes)} queryClient={queryClient} />);
    await screen.findByRole('listitem');
    healthy = false;
    await act(() => queryClient.refetchQueries({ queryKey: ['releases'] }));
    await waitFor(() => {
      expect(notice().textContent).toMatch(/Not up to date: the API does not answer. What you see was true just now/);
    });
    expect(screen.getByRole('listitem')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    await expectNoAxeViolations();
    healthy = true;
    await act(() => queryClient.refetchQueries({ queryKey: ['releases'] }));
    await waitFor(() => {
      expect(notice().textContent).toBe('');
    });
  });

  it('gives an API up that does not answer', async () => {
    vi.stubGlobal(
      'fetch',
      (_: string, { signal }: RequestInit) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new DOMException('aborted', 'AbortError'));
          });
        }),
    );
    await expect(createApiClient('/api', 20).get('/version')).rejects.toThrow('The API did not answer within 0.02 seconds.');
    const left = new AbortController();
    const asked = createApiClient('/api').get('/version', left.signal);
    left.abort();
    await expect(asked).rejects.toThrow('aborted');
  });
});
