import { useQuery } from '@tanstack/react-query';
import { ApiError, useApi } from '../../../lib/api-client';

/** Commit of the backend that answers right now. */
export function useBackendSha() {
  const api = useApi();
  return useQuery({
    queryKey: ['version'],
    queryFn: async ({ signal }) => {
      const value = await api.get('/version', signal);
      if (typeof value === 'object' && value !== null && 'git_sha' in value && typeof value.git_sha === 'string') {
        return value.git_sha;
      }
      throw new ApiError('The API did not say which commit it runs.');
    },
    refetchInterval: 60_000,
  });
}
