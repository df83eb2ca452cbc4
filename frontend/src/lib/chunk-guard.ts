/**
 * Keeps an open tab alive across a deploy.
 *
 * A tab that was opened before a release may ask for a chunk that is gone by now. Vite then fires `vite:preloadError`; the
 * cure is to load the page again, which brings the new index.html. Once per build only: if the same build fails a second
 * time the chunk is truly missing, and an endless reload would be worse than the error page.
 */
const KEY_PREFIX = 'chunk-reload:';

export interface ChunkGuard {
  sha: string;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  reload: () => void;
  target?: EventTarget;
}

/** Returns a function that takes the guard off again. */
export function installChunkGuard({ sha, storage, reload, target = window }: ChunkGuard): () => void {
  const onPreloadError = (event: Event) => {
    if (!markReload(storage, KEY_PREFIX + sha)) return;
    event.preventDefault();
    reload();
  };
  target.addEventListener('vite:preloadError', onPreloadError);
  return () => {
    target.removeEventListener('vite:preloadError', onPreloadError);
  };
}

/** False when this build has been reloaded before, or when that cannot be remembered (storage blocked). */
function markReload(storage: ChunkGuard['storage'], key: string): boolean {
  try {
    if (storage.getItem(key) !== null) return false;
    storage.setItem(key, '1');
    return true;
  } catch {
    return false;
  }
}

/**
 * Waits for a lazily imported module. While the guard reloads the page Vite resolves the import to `undefined`; the route
 * then stays pending, so that the visitor sees no error flash before the new page arrives.
 */
export async function chunk<T>(load: Promise<T | undefined>): Promise<T> {
  const module = await load;
  return module ?? new Promise<never>(() => undefined);
}
