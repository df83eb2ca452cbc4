import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../lib/config';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, serve } from '../testing/server';

describe('runtime configuration', () => {
  it('explains what is wrong, asks the API nothing and recovers', async () => {
    let config: unknown = { apiBase: 'api' };
    const requests = serve({ '/config.json': () => json(config) });
    renderApp();
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText('The release journal is not configured')).toBeTruthy();
    expect(within(alert).getByText(/it must begin with "\/" or "https:\/\/"/)).toBeTruthy();
    expect(requests).toEqual(['/config.json']);
    await expectNoAxeViolations();

    config = { apiBase: '/api/' };
    await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByTestId('environment-card-test')).toBeTruthy();
    expect(requests).toContain('/api/environments');
  });

  it.each([
    ['a missing file', () => new Response('', { status: 403 }), '/config.json answered with status 403'],
    ['a web page', () => new Response('<!doctype html>'), '/config.json is not valid JSON'],
    ['no answer', () => Promise.reject<Response>(new TypeError('Failed to fetch')), '/config.json could not be reached'],
  ])('reports %s', async (_, answer, message) => {
    serve({ '/config.json': answer });
    renderApp();
    expect(await screen.findByText(message)).toBeTruthy();
  });

  it.each([
    ['/api', '/api'],
    ['/', ''],
    ['https://api.example.com/v1/', 'https://api.example.com/v1'],
  ])('accepts %s', (apiBase, expected) => {
    expect(parseConfig({ apiBase })).toEqual({ apiBase: expected });
  });

  it.each([null, [], 'x', {}, { apiBase: 1 }, { apiBase: '' }, { apiBase: '//evil.example' }, { apiBase: 'ftp://x' }])(
    'refuses %j',
    (value) => {
      expect(() => parseConfig(value)).toThrow('/config.json');
    },
  );
});
