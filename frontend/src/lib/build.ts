/** The commit this page was built from: stamped into index.html by the build, see vite.config.ts. */
export function buildSha(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="release"]')?.content || 'dev';
}
