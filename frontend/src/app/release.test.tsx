import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, release, releaseDetail, serve } from '../testing/server';

const approval = {
  stage: 'Approve',
  action: 'approve-production',
  status: 'approved',
  requested_at: '2025-06-12T10:04:00Z',
  decided_at: '2025-06-12T10:20:00Z',
  summary: 'Noor: smoke tests passed, task definition as expected',
};

const times = { started_at: '2025-06-12T10:00:00Z', finished_at: '2025-06-12T10:00:48Z' };

const stages = [
  {
    name: 'Build',
    status: 'succeeded',
    ...times,
    actions: [
      { name: 'backend', provider: 'CodeBuild', status: 'succeeded', url: 'https://builds.example.com/1', ...times },
      { name: 'frontend', provider: 'CodeBuild', status: 'failed', url: 'javascript:alert(1)', summary: 'exit 1', ...times },
    ],
  },
];

describe('release', () => {
  it('opens from the overview, known facts first, and takes the focus along', async () => {
    serve({ '/api/releases/r-1': () => new Promise<Response>(() => undefined) });
    renderApp();
    await userEvent.click(await screen.findByRole('link', { name: 'orders: keep the cart across logins' }));
    const detail = await screen.findByTestId('release-detail');
    expect(within(detail).getByRole('heading', { level: 1 }).textContent).toBe('orders: keep the cart across logins');
    expect(document.activeElement).toBe(screen.getByRole('main'));
  });

  it('shows its environments, the approval, the stages and the facts', async () => {
    const releases = [release(), release({ environment: 'prod', approval })];
    serve({ '/api/releases/r-1': () => json(releaseDetail({ approval, stages, releases })) });
    renderApp('/releases/r-1');
    const environments = await screen.findByRole('region', { name: 'Environments' });
    const reached = within(environments).getAllByRole('listitem');
    expect(reached.map((item) => item.textContent)).toEqual([
      expect.stringMatching(/^SucceededTest.*3 min 20 s$/),
      expect.stringMatching(/^SucceededProduction.*3 min 20 s$/),
    ]);
    expect(within(environments).getByText('Approved')).toBeTruthy();
    expect(within(environments).getByText(approval.summary)).toBeTruthy();

    const pipeline = screen.getByRole('region', { name: 'Stages' });
    expect(within(pipeline).getByRole('heading', { name: 'Build' })).toBeTruthy();
    expect(within(pipeline).getByText('exit 1')).toBeTruthy();
    expect(within(pipeline).getAllByText('48 s')).toHaveLength(3);
    const links = within(pipeline).getAllByRole('link');
    expect(links.map((link) => link.getAttribute('href'))).toEqual(['https://builds.example.com/1']);

    const facts = screen.getByRole('region', { name: 'Facts' });
    expect(within(facts).getByText('4f2a91cd0e5b7a3318c2d4e6f8091a2b3c4d5e6f')).toBeTruthy();
    expect(screen.getByText('The session was keyed by the old cookie.')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('copes with a backend that knows fewer fields and more states', async () => {
    serve({ '/api/releases/r-9': () => json({ id: 'r-9', status: 'superseded' }) });
    renderApp('/releases/r-9');
    expect(await screen.findByText('It has not reached an environment.')).toBeTruthy();
    expect(screen.getByText('Unknown')).toBeTruthy();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('No commit message');
  });

  it.each([404, 422])('says so when the release is unknown (%d)', async (status) => {
    serve({ '/api/releases/a%2Fb': () => json({ title: 'No', detail: 'there is no release a/b' }, status) });
    renderApp('/releases/a%2Fb');
    expect(await screen.findByText('This release is not in the journal')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('shows the reason of a failure and recovers by "Try again"', async () => {
    let healthy = false;
    serve({
      '/api/releases/r-1': () => (healthy ? json(releaseDetail()) : json({ detail: 'The table does not answer.' }, 503)),
    });
    renderApp('/releases/r-1');
    expect(await screen.findByText('The table does not answer.')).toBeTruthy();
    healthy = true;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByTestId('release-detail')).toBeTruthy();
  });

  it('answers an unknown address', async () => {
    serve();
    renderApp('/nowhere');
    expect(await screen.findByRole('heading', { name: 'There is no such page' })).toBeTruthy();
  });
});
