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
  summary: 'task definition as expected · by noor · commit 4f2a91cd0e5b · report Succeeded',
  approver: 'noor',
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
    const gate = screen.getByRole('region', { name: 'Approval' });
    expect(within(gate).getByText('Approved')).toBeTruthy();
    expect(within(gate).getByText('noor')).toBeTruthy();
    expect(within(gate).getByText('task definition as expected')).toBeTruthy();

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

  it('shows the smoke tests and the task definition of each environment', async () => {
    const check = { name: 'alive', passed: true, elapsed_ms: 12, tries: 1, wrong: [] };
    const wrong = { name: 'releases', passed: false, elapsed_ms: 3_214, tries: 3, wrong: ['status is 500, expected 200'] };
    const phases = [{ phase: 'checks', passed: false, elapsed_ms: 900, detail: '1 of 2 checks passed' }];
    const task_definition = {
      before: 'greenlight-prod-backend:3',
      after: 'greenlight-prod-backend:4',
      changes: [
        { path: 'memory', before: '512', after: '1024', hidden: false },
        { path: 'containers.web.environment.GIT_SHA', before: '(not shown)', after: '(not shown)', hidden: true },
        { path: 'containers.web.environment.MORE', before: null, after: '(not shown)', hidden: true },
        { path: 'containers.web.secrets.OLD', before: '/greenlight/prod/old', after: null, hidden: false },
      ],
    };
    const reports = [
      { environment: 'test', deployment_id: 'd-1', verdict: 'Succeeded', elapsed_ms: 4_321, checks: [check], phases: [] },
      {
        environment: 'prod',
        deployment_id: 'd-2',
        verdict: 'Failed',
        message: 'releases: status is 500',
        elapsed_ms: 17_000,
        checks: [check, wrong],
        phases,
        task_definition,
      },
    ];
    serve({ '/api/releases/r-1': () => json(releaseDetail({ reports })) });
    renderApp('/releases/r-1');
    const test = await screen.findByRole('region', { name: 'Smoke tests in test' });
    expect(within(test).getByText('Passed')).toBeTruthy();
    expect(within(test).getByText('How it went, 4.3 s in all')).toBeTruthy();
    const prod = screen.getByRole('region', { name: 'Smoke tests in production' });
    expect(within(prod).getByText('status is 500, expected 200')).toBeTruthy();
    expect(within(prod).getByText('3 tries, 3.2 s')).toBeTruthy();
    expect(within(prod).getByText('1 of 2 checks passed')).toBeTruthy();
    const definition = screen.getByRole('region', { name: 'Task definition in production' });
    expect(within(definition).getByText('greenlight-prod-backend:3')).toBeTruthy();
    expect(within(definition).getByText('1024')).toBeTruthy();
    expect(within(definition).getByText('changed; values of the environment are not shown')).toBeTruthy();
    expect(within(definition).getByText('added; values of the environment are not shown')).toBeTruthy();
    expect(within(definition).getByText('removed')).toBeTruthy();
    expect(screen.queryByRole('region', { name: 'Task definition in test' })).toBeNull();
    await expectNoAxeViolations();
  });

  it('shows a release that waits at the gate, and one that was rejected', async () => {
    const gate = (status: string) => [release(), release({ environment: 'prod', status, finished_at: null })];
    const action = { name: 'Approve', category: 'Approval', status: 'in_progress' };
    const stages = [{ name: 'Approve', status: 'in_progress', actions: [action] }];
    const waiting = releaseDetail({ status: 'in_progress', releases: gate('waiting'), stages });
    serve({ '/api/releases/r-1': () => json(waiting) });
    const { unmount } = renderApp('/releases/r-1');
    const detail = await screen.findByTestId('release-detail');
    await screen.findByRole('region', { name: 'Stages' });
    expect(within(detail).queryByText('In progress')).toBeNull();
    expect(within(detail).getAllByText('Awaits approval').length).toBe(4);
    unmount();
    serve({ '/api/releases/r-1': () => json(releaseDetail({ status: 'failed', releases: gate('rejected') })) });
    renderApp('/releases/r-1');
    expect((await screen.findAllByText('Rejected')).length).toBeGreaterThan(0);
  });

  it('copes with a backend that knows fewer fields and more states', async () => {
    serve({ '/api/releases/r-9': () => json({ id: 'r-9', status: 'evaporated' }) });
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
