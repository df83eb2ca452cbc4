import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunk, installChunkGuard, type ChunkGuard } from './chunk-guard';

const uninstalls: (() => void)[] = [];

function guard(overrides: Partial<ChunkGuard> = {}) {
  const reload = vi.fn();
  const target = new EventTarget();
  uninstalls.push(installChunkGuard({ sha: 'abc', storage: sessionStorage, reload, target, ...overrides }));
  const fail = () => {
    const event = new Event('vite:preloadError', { cancelable: true });
    target.dispatchEvent(event);
    return event;
  };
  return { reload, fail };
}

afterEach(() => {
  uninstalls.splice(0).forEach((uninstall) => {
    uninstall();
  });
});

describe('chunk guard', () => {
  it('reloads at the first missing chunk and swallows the error', () => {
    const { reload, fail } = guard();
    expect(fail().defaultPrevented).toBe(true);
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it('reloads only once per build, also after the reload', () => {
    const before = guard();
    before.fail();
    expect(before.fail().defaultPrevented).toBe(false);
    expect(before.reload).toHaveBeenCalledTimes(1);

    const after = guard();
    expect(after.fail().defaultPrevented).toBe(false);
    expect(after.reload).not.toHaveBeenCalled();
  });

  it('reloads again for the next build', () => {
    guard().fail();
    const next = guard({ sha: 'def' });
    next.fail();
    expect(next.reload).toHaveBeenCalledTimes(1);
  });

  it('leaves the error alone when it cannot remember the reload', () => {
    const blocked = () => {
      throw new DOMException('blocked', 'SecurityError');
    };
    const { reload, fail } = guard({ storage: { getItem: blocked, setItem: blocked } });
    expect(fail().defaultPrevented).toBe(false);
    expect(reload).not.toHaveBeenCalled();
  });

  it('keeps a page pending while the reload is under way', async () => {
    const settled = vi.fn();
    void chunk(Promise.resolve(undefined)).then(settled, settled);
    await Promise.resolve();
    await Promise.resolve();
    expect(settled).not.toHaveBeenCalled();
    await expect(chunk(Promise.resolve({ page: 1 }))).resolves.toEqual({ page: 1 });
  });
});
