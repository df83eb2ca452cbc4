import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '../../../lib/api-client';
import { parseMetrics } from './metrics';

const REFRESH_MS = 60_000;

export function useMetrics(environment: string, days: number) {
  const api = useApi();
  return useQuery({
    queryKey: ['metrics', environment, days],
    queryFn: async ({ signal }) =>
      parseMetrics(await api.get(`/metrics?${new URLSearchParams({ environment, days: String(days) })}`, signal)),
    refetchInterval: REFRESH_MS,
    // Another period takes the place of the one that is shown once it is there.
    placeholderData: keepPreviousData,
  });
}
