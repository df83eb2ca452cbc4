/** Values as the API sends them, one by one and leniently: what is missing or of another type is null. */
import { ApiError } from './api-client';

/** The fields of a schema of the OpenAPI document, none of which is trusted to be there. */
type Fields<T> = Partial<Record<keyof T, unknown>>;

function isObject<T>(value: unknown): value is Fields<T> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `what` is for the visitor: "a release". */
export function fields<T>(value: unknown, what: string): Fields<T> {
  if (!isObject<T>(value)) throw new ApiError(`The API sent ${what} that this page cannot read.`);
  return value;
}

export function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new ApiError(`The API sent ${what} that this page cannot read.`);
  return value;
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function amount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function count(value: unknown): number {
  return amount(value) ?? 0;
}

export function time(value: unknown): Date | null {
  if (typeof value !== 'string') return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}
