/** Reads JSON from the journal's API and turns every way this can fail into an `ApiError` a person can read. */
import { createContext, use } from 'react';

export class ApiError extends Error {
  override name = 'ApiError';
  /** HTTP status; null when there was no answer or it could not be understood. */
  readonly status: number | null;

  constructor(message: string, status: number | null = null) {
    super(message);
    this.status = status;
  }
}

export interface ApiClient {
  get: (path: string, signal?: AbortSignal) => Promise<unknown>;
}

/** Longer than the API ever takes: what has not answered by then will not. */
const TIMEOUT_MS = 15_000;

export function createApiClient(apiBase: string, timeoutMs = TIMEOUT_MS): ApiClient {
  return {
    async get(path, signal) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
      let response: Response;
      try {
        response = await fetch(apiBase + path, { headers: { Accept: 'application/json' }, signal: either });
      } catch (error) {
        if (signal?.aborted) throw error;
        throw new ApiError(
          timeout.aborted ? `The API did not answer within ${timeoutMs / 1_000} seconds.` : 'The API could not be reached.',
        );
      }
      if (!response.ok) throw new ApiError(await problem(response), response.status);
      try {
        const value: unknown = await response.json();
        return value;
      } catch (error) {
        if (signal?.aborted) throw error;
        throw new ApiError('The API answered with something that is not JSON.');
      }
    },
  };
}

/** The message of a problem+json answer, or the bare status. */
async function problem(response: Response): Promise<string> {
  const fallback = `The API answered with status ${response.status}.`;
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== 'object' || body === null) return fallback;
  if ('detail' in body && typeof body.detail === 'string' && body.detail) return body.detail;
  if ('title' in body && typeof body.title === 'string' && body.title) return body.title;
  return fallback;
}

export const ApiContext = createContext<ApiClient | null>(null);

export function useApi(): ApiClient {
  const api = use(ApiContext);
  if (!api) throw new Error('useApi needs an ApiContext above it');
  return api;
}
