import { NavLink } from 'react-router';
import './navigation.css';

const PAGES = [
  { to: '/', label: 'Overview', end: true },
  { to: '/releases', label: 'Releases', end: false },
  { to: '/trends', label: 'Trends', end: false },
];

export function Navigation() {
  return (
    <nav className="site-nav" aria-label="Pages">
      {PAGES.map(({ to, label, end }) => (
        <NavLink key={to} to={to} end={end}>
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
