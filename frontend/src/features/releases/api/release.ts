/**
 * The API's releases and environments, read leniently: a field that is missing is the same as null, a status this build
 * does not know yet is "unknown". An older or newer backend therefore never breaks the page.
 */
import { ApiError } from '../../../lib/api-client';

export type ReleaseStatus = 'in_progress' | 'succeeded' | 'failed' | 'unknown';
export type ApprovalStatus = 'waiting' | 'approved' | 'rejected' | 'unknown';

/** The answer at the manual gate, or that it is still awaited. */
export interface Approval {
  status: ApprovalStatus;
  requested_at: Date | null;
  decided_at: Date | null;
  /** What the approver wrote. */
  summary: string | null;
}

/** One commit in one environment. Its id is that of the pipeline execution, so test and prod share it. */
export interface Release {
  id: string;
  environment: string;
  status: ReleaseStatus;
  git_sha: string | null;
  message: string | null;
  author: string | null;
  image_digest: string | null;
  started_at: Date | null;
  finished_at: Date | null;
  pipeline: string | null;
  approval: Approval | null;
}

export interface ReleasePage {
  items: Release[];
  next_cursor: string | null;
}

export interface Environment {
  environment: string;
  live: Release | null;
  in_progress: Release | null;
}

export interface Action {
  name: string;
  category: string | null;
  provider: string | null;
  status: ReleaseStatus;
  started_at: Date | null;
  finished_at: Date | null;
  summary: string | null;
  url: string | null;
}

export interface Stage {
  name: string;
  status: ReleaseStatus;
  started_at: Date | null;
  finished_at: Date | null;
  actions: Action[];
}

/** A pipeline execution: the release in all of its environments, and the stages that led there. */
export interface ReleaseDetail {
  id: string;
  pipeline: string | null;
  /** Of the whole execution; null when nothing was heard of it. */
  status: ReleaseStatus | null;
  approval: Approval | null;
  stages: Stage[];
  releases: Release[];
}

type Fields = Record<string, unknown>;

function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(`The API sent ${what} that this page cannot read.`);
  }
  return value as Fields;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new ApiError(`The API sent ${what} that this page cannot read.`);
  return value;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function time(value: unknown): Date | null {
  if (typeof value !== 'string') return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Only addresses that are safe behind a link. */
function link(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith('https://') ? value : null;
}

function status(value: unknown): ReleaseStatus {
  return value === 'in_progress' || value === 'succeeded' || value === 'failed' ? value : 'unknown';
}

function approval(value: unknown): Approval | null {
  if (value === null || value === undefined) return null;
  const { status, requested_at, decided_at, summary } = fields(value, 'an approval');
  return {
    status: status === 'waiting' || status === 'approved' || status === 'rejected' ? status : 'unknown',
    requested_at: time(requested_at),
    decided_at: time(decided_at),
    summary: text(summary),
  };
}

export function parseRelease(value: unknown): Release {
  const release = fields(value, 'a release');
  const id = text(release.id);
  if (!id) throw new ApiError('The API sent a release without an id.');
  return {
    id,
    environment: text(release.environment) ?? 'unknown',
    status: status(release.status),
    git_sha: text(release.git_sha),
    message: text(release.message),
    author: text(release.author),
    image_digest: text(release.image_digest),
    started_at: time(release.started_at),
    finished_at: time(release.finished_at),
    pipeline: text(release.pipeline),
    approval: approval(release.approval),
  };
}

export function parseReleasePage(value: unknown): ReleasePage {
  const page = fields(value, 'a list of releases');
  return {
    items: list(page.items, 'a list of releases').map(parseRelease),
    next_cursor: text(page.next_cursor),
  };
}

function parseAction(value: unknown): Action {
  const action = fields(value, 'an action');
  return {
    name: text(action.name) ?? 'Unnamed action',
    category: text(action.category),
    provider: text(action.provider),
    status: status(action.status),
    started_at: time(action.started_at),
    finished_at: time(action.finished_at),
    summary: text(action.summary),
    url: link(action.url),
  };
}

function parseStage(value: unknown): Stage {
  const stage = fields(value, 'a stage');
  return {
    name: text(stage.name) ?? 'Unnamed stage',
    status: status(stage.status),
    started_at: time(stage.started_at),
    finished_at: time(stage.finished_at),
    actions: list(stage.actions ?? [], 'a stage').map(parseAction),
  };
}

export function parseReleaseDetail(value: unknown): ReleaseDetail {
  const detail = fields(value, 'a release');
  const id = text(detail.id);
  if (!id) throw new ApiError('The API sent a release without an id.');
  return {
    id,
    pipeline: text(detail.pipeline),
    status: text(detail.status) ? status(detail.status) : null,
    approval: approval(detail.approval),
    stages: list(detail.stages ?? [], 'the stages of a release').map(parseStage),
    releases: list(detail.releases ?? [], 'the environments of a release').map(parseRelease),
  };
}

const ALWAYS_SHOWN = ['test', 'prod'];

/** Test and prod come first and are there even when nothing was ever released to them. */
export function parseEnvironments(value: unknown): Environment[] {
  const what = 'a list of environments';
  const found = list(fields(value, what).items, what).map((entry): Environment => {
    const { environment, live, in_progress } = fields(entry, what);
    return {
      environment: text(environment) ?? 'unknown',
      live: live ? parseRelease(live) : null,
      in_progress: in_progress ? parseRelease(in_progress) : null,
    };
  });
  const first = ALWAYS_SHOWN.map(
    (name) => found.find((e) => e.environment === name) ?? { environment: name, live: null, in_progress: null },
  );
  return [...first, ...found.filter((e) => !ALWAYS_SHOWN.includes(e.environment))];
}
