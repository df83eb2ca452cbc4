import { Link } from 'react-router';

export function NotFoundPage() {
  return (
    <>
      <title>Not found · Release journal</title>
      <div className="page-head">
        <h1>There is no such page</h1>
        <p className="page-lede">
          The address may be old. <Link to="/">Go to the overview</Link>
        </p>
      </div>
    </>
  );
}
