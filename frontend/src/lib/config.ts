/** Runtime configuration: one build serves every environment, `/config.json` tells it where its API is. */
export interface Config {
  /** Path or absolute URL of the API, without a trailing slash. */
  apiBase: string;
}

export class ConfigError extends Error {
  override name = 'ConfigError';
}

export function parseConfig(value: unknown): Config {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError('/config.json must hold a JSON object');
  }
  const apiBase = 'apiBase' in value ? value.apiBase : undefined;
  if (typeof apiBase !== 'string') {
    throw new ConfigError('/config.json must name "apiBase", for example "/api"');
  }
  const isPath = apiBase.startsWith('/') && !apiBase.startsWith('//');
  if (!isPath && !/^https?:\/\/[^/]/.test(apiBase)) {
    throw new ConfigError(`"apiBase" in /config.json is "${apiBase}"; it must begin with "/" or "https://"`);
  }
  return { apiBase: apiBase.replace(/\/+$/, '') };
}

export async function loadConfig(signal?: AbortSignal): Promise<Config> {
  let response: Response;
  try {
    response = await fetch('/config.json', { cache: 'no-cache', ...(signal && { signal }) });
  } catch {
    throw new ConfigError('/config.json could not be reached');
  }
  if (!response.ok) throw new ConfigError(`/config.json answered with status ${response.status}`);
  let value: unknown;
  try {
    value = await response.json();
  } catch {
    throw new ConfigError('/config.json is not valid JSON');
  }
  return parseConfig(value);
}
