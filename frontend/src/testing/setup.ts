import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A page's chunk is compiled when it is first asked for, on a machine that may be busy.
configure({ asyncUtilTimeout: 5_000 });

// jsdom has no scrolling; React Router's scroll restoration calls it.
window.scrollTo = () => undefined;

afterEach(() => {
  cleanup();
  sessionStorage.clear();
});
