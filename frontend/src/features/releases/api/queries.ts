import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { ApiError, useApi } from '../../../lib/api-client';
import { releasesQuery, type Filters } from '../filters';
import { parseReleaseDetail, type ReleaseDetail } from './detail';
import { parseEnvironments, parseReleasePage, type Release, type ReleasePage, type ReleaseStatus } from './release';

const PAGE_SIZE = 20;
/** While a release is on its way the page keeps up with it; otherwise a slower look is enough. */
const BUSY_REFRESH_MS = 5_000;
const IDLE_REFRESH_MS = 30_000;

function moves(status: ReleaseStatus | null): boolean {
  return status === 'in_progress' || status === 'waiting';
}

export function useEnvironments() {
  const api = useApi();
  return useQuery({
    queryKey: ['environments'],
    queryFn: async ({ signal }) => parseEnvironments(await api.get('/environments', signal)),
    refetchInterval: ({ state }) =>
      state.data?.some((e) => e.in_progress ?? e.waiting) ? BUSY_REFRESH_MS : IDLE_REFRESH_MS,
  });
}

/** Newest first. */
export function useReleases(filters: Filters, limit = PAGE_SIZE) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['releases', filters, limit],
    queryFn: async ({ pageParam, signal }) =>
      parseReleasePage(await api.get(`/releases?${releasesQuery(filters, limit, pageParam, new Date())}`, signal)),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((r) => moves(r.status))) ? BUSY_REFRESH_MS : IDLE_REFRESH_MS,
  });
}

/** Shows what a list already knows at once and asks for the rest. */
export function useRelease(id: string) {
  const api = useApi();
  const client = useQueryClient();
  return useQuery<ReleaseDetail>({
    queryKey: ['release', id],
    queryFn: async ({ signal }) => parseReleaseDetail(await api.get(`/releases/${encodeURIComponent(id)}`, signal)),
    placeholderData: () => fromLists(client.getQueriesData<InfiniteData<ReleasePage>>({ queryKey: ['releases'] }), id),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? BUSY_REFRESH_MS : IDLE_REFRESH_MS),
  });
}

function isMoving({ status, releases }: ReleaseDetail): boolean {
  return moves(status) || releases.some((release) => moves(release.status));
}

function fromLists(lists: [unknown, InfiniteData<ReleasePage> | undefined][], id: string): ReleaseDetail | undefined {
  const found = new Map<string, Release>();
  for (const release of lists.flatMap(([, data]) => data?.pages ?? []).flatMap((page) => page.items)) {
    if (release.id === id) found.set(release.environment, release);
  }
  if (found.size === 0) return undefined;
  const releases = [...found.values()].sort((a, b) => Number(a.started_at) - Number(b.started_at));
  const approval = releases.find((release) => release.approval)?.approval ?? null;
  return { id, pipeline: releases[0]?.pipeline ?? null, status: null, approval, stages: [], releases, reports: [] };
}

/** 422 is the API's answer to an id that no release can have. */
export function isNotFound(error: Error): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 422);
}
