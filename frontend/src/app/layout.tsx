import { useEffect, useRef } from 'react';
import { Link, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { Versions } from '../features/version/components/versions';
import { ConnectionNotice } from './connection-notice';
import './layout.css';
import { Navigation } from './navigation';

export function Layout() {
  return (
    <div className="page">
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="site-header">
        <div className="shell">
          <Link to="/" className="brand">
            <Mark />
            Release journal
          </Link>
          <Navigation />
        </div>
      </header>
      <ConnectionNotice />
      <Main />
      <footer className="site-footer">
        <div className="shell">
          <Versions />
        </div>
      </footer>
      <ScrollRestoration />
    </div>
  );
}

/** Takes the keyboard and screen-reader focus along when the page changes. */
function Main() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <main id="main" ref={main} tabIndex={-1} className="shell site-main">
      <Outlet />
    </main>
  );
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M17 10.5h8M17 16h8M17 21.5h5" />
      <circle cx="9.75" cy="16" r="4.25" />
    </svg>
  );
}
