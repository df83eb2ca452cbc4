import { QueryClient } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import axe from 'axe-core';
import { createMemoryRouter } from 'react-router';
import { expect } from 'vitest';
import { App } from '../app/app';
import { routes } from '../app/routes';

/** The whole application at an address, without the waiting between retries. */
export function renderApp(path = '/') {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(<App router={createMemoryRouter(routes, { initialEntries: [path] })} queryClient={queryClient} />);
}

/** Colour contrast needs layout, which jsdom has not; everything else is checked. */
export async function expectNoAxeViolations() {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}
