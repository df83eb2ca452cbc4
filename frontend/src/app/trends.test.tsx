import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Measures } from '../features/metrics/api/metrics';
import { compare, frequency, MEASURES, niceTop } from '../features/metrics/measures';
import { expectNoAxeViolations, renderApp } from '../testing/render';
import { json, metrics, serve } from '../testing/server';

describe('trends', () => {
  it('shows the four measures, how they changed, and the numbers as a table', async () => {
    serve({ '/api/metrics': () => json(metrics()) });
    renderApp('/trends');
    const lead = await screen.findByRole('region', { name: 'Lead time' });
    expect(within(lead).getByText('1 h 50 min')).toBeTruthy();
    expect(within(lead).getByText('down from 2 h in the 30 days before')).toBeTruthy();
    expect(within(screen.getByRole('region', { name: 'Deployment frequency' })).getByText('in 30 days, 1.4 a week')).toBeTruthy();
    expect(within(screen.getByRole('region', { name: 'Change failure rate' })).getByText('16.7 %')).toBeTruthy();
    const restore = screen.getByRole('region', { name: 'Time to restore' });
    expect(within(restore).getByText('none in the 30 days before')).toBeTruthy();
    expect(within(restore).getByRole('img', { name: /Time to restore by day/ })).toBeTruthy();
    await userEvent.click(screen.getByText('The numbers as a table'));
    const rows = within(screen.getByRole('table')).getAllByRole('row');
    expect(rows.map((row) => row.textContent)).toEqual([
      'DayDeploymentsLead timeChange failure rateTime to restoreFailed',
      '12 Jun51 h 50 min16.7 %45 min1',
      '11 Jun0–––0',
    ]);
    await expectNoAxeViolations();
  });

  it('switches environment and period by the address', async () => {
    const requests = serve({ '/api/metrics': () => json(metrics()) });
    renderApp('/trends?environment=nowhere&days=3');
    await screen.findByTestId('trends');
    expect(requests).toContain('/api/metrics?environment=prod&days=30');
    await userEvent.click(screen.getByRole('link', { name: '90 days' }));
    await userEvent.click(screen.getByRole('link', { name: 'Test' }));
    expect(screen.getByRole('link', { name: 'Test' }).getAttribute('aria-current')).toBe('true');
    expect(requests).toContain('/api/metrics?environment=prod&days=90');
    expect(requests).toContain('/api/metrics?environment=test&days=90');
  });

  it('warns while production is not restored', async () => {
    serve({ '/api/metrics': () => json(metrics({ failing_since: '2025-06-12T10:00:00Z' })) });
    renderApp('/trends');
    expect(await screen.findByText(/Not restored yet/)).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('says so when nothing was released', async () => {
    const nothing = { deployments: 0, failures: 0 };
    serve({ '/api/metrics': () => json(metrics({ current: nothing, series: [] })) });
    renderApp('/trends');
    expect(await screen.findByText('Nothing was released to production in these 30 days')).toBeTruthy();
    await expectNoAxeViolations();
  });

  it('shows the reason of a failure and recovers by "Try again"', async () => {
    let healthy = false;
    serve({
      '/api/metrics': () => (healthy ? json(metrics()) : json({ detail: 'The table does not answer.' }, 503)),
    });
    renderApp('/trends');
    expect(await screen.findByText('The table does not answer.')).toBeTruthy();
    healthy = true;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByTestId('trends')).toBeTruthy();
  });

  it.each([{}, { series: {} }, { current: {}, previous: {}, series: [{ from_date: 'x', to_date: 'y' }] }])(
    'names measures that it cannot read: %j',
    async (answer) => {
      serve({ '/api/metrics': () => json(answer) });
      renderApp('/trends');
      expect(await screen.findByText('The API sent measures that this page cannot read.')).toBeTruthy();
    },
  );
});

describe('measures', () => {
  it.each<[number, string[]]>([
    [0, []],
    [2.55, ['2.6 a day']],
    [1, ['1 a day']],
    [0.5, ['3.5 a week']],
    [1 / 30, []],
  ])('says %d a day as %s', (perDay, expected) => {
    expect(frequency(perDay)).toEqual(expected);
  });

  const some = (fields: Partial<Measures>): Measures => ({
    deployments: 1,
    failures: 0,
    deploymentsPerDay: 0,
    leadTimeSeconds: null,
    changeFailureRate: null,
    timeToRestoreSeconds: null,
    ...fields,
  });
  const [deployments, lead] = MEASURES;
  if (!deployments || !lead) throw new Error('there are four');

  it.each([
    [deployments, some({ deployments: 3 }), some({ deployments: 2 }), 'up from 2 in the 30 days before', 'good'],
    [deployments, some({ deployments: 1 }), some({ deployments: 2 }), 'down from 2 in the 30 days before', 'bad'],
    [deployments, some({}), some({}), 'as in the 30 days before', 'idle'],
    [deployments, some({}), some({ deployments: 0 }), 'nothing to compare with', 'idle'],
    [lead, some({ leadTimeSeconds: 60 }), some({}), 'none in the 30 days before', 'idle'],
    [lead, some({}), some({ leadTimeSeconds: 60 }), '1 min in the 30 days before', 'idle'],
    [lead, some({ leadTimeSeconds: 90 }), some({ leadTimeSeconds: 60 }), 'up from 1 min in the 30 days before', 'bad'],
  ])('compares $0.title', (measure, now, before, text, tone) => {
    expect(compare(measure, now, before, 30)).toEqual({ text, tone });
  });

  it.each([
    [3, false, 4],
    [0.19, false, 0.25],
    [101, false, 200],
    [61, true, 120],
    [200_000, true, 259_200],
  ])('puts %d (a duration: %s) below %d', (highest, isDuration, top) => {
    expect(niceTop(highest, isDuration)).toBe(top);
  });
});
