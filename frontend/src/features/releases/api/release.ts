/**
 * The API's releases and environments, read leniently: a field that is missing is the same as null, a status this build
 * does not know yet is "unknown". An older or newer backend therefore never breaks the page.
 *
 * Which fields there are comes from the OpenAPI document (`npm run types`): asking for one that the API does not have
 * does not compile, and neither does a status without a word for it.
 */
import { ApiError } from '../../../lib/api-client';
import type { components } from '../../../lib/api-types';
import { count, fields, list, text, time } from '../../../lib/wire';

type Schemas = components['schemas'];

export type ReleaseStatus = Schemas['Release']['status'] | 'unknown';
export type ApprovalStatus = Schemas['Approval']['status'] | 'unknown';

/** The answer at the manual gate, or that it is still awaited. */
export interface Approval {
  status: ApprovalStatus;
  requested_at: Date | null;
  decided_at: Date | null;
  /** What the approver wrote. */
  summary: string | null;
  approver: string | null;
}

/** The smoke tests of a deployment in one line. */
export interface Validation {
  passed: boolean;
  message: string | null;
  checksPassed: number;
  checksTotal: number;
}

/** What a rollback brought back, where that is known. */
export interface Restored {
  id: string;
  git_sha: string | null;
  message: string | null;
}

/** A run of one stage with what was released before. */
export interface Rollback {
  automatic: boolean;
  by: string | null;
  failedRelease: string | null;
  restored: Restored | null;
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
  deploymentId: string | null;
  validation: Validation | null;
  rollback: Rollback | null;
}

export interface ReleasePage {
  items: Release[];
  next_cursor: string | null;
}

export interface Environment {
  environment: string;
  live: Release | null;
  in_progress: Release | null;
  waiting: Release | null;
  failed: Release | null;
}

const RELEASE_STATUSES: Record<Exclude<ReleaseStatus, 'unknown'>, true> = {
  waiting: true,
  in_progress: true,
  succeeded: true,
  failed: true,
  rejected: true,
  stopped: true,
};

export function isReleaseStatus(value: unknown): value is Exclude<ReleaseStatus, 'unknown'> {
  return typeof value === 'string' && Object.hasOwn(RELEASE_STATUSES, value);
}

export function status(value: unknown): ReleaseStatus {
  return isReleaseStatus(value) ? value : 'unknown';
}

const APPROVAL_STATUSES: Record<Exclude<ApprovalStatus, 'unknown'>, true> = {
  waiting: true,
  approved: true,
  rejected: true,
  unanswered: true,
};

function approvalStatus(value: unknown): ApprovalStatus {
  const isKnown = (word: string): word is keyof typeof APPROVAL_STATUSES => Object.hasOwn(APPROVAL_STATUSES, word);
  return typeof value === 'string' && isKnown(value) ? value : 'unknown';
}

export function parseApproval(value: unknown): Approval | null {
  if (value === null || value === undefined) return null;
  const approval = fields<Schemas['Approval']>(value, 'an approval');
  return {
    status: approvalStatus(approval.status),
    requested_at: time(approval.requested_at),
    decided_at: time(approval.decided_at),
    summary: text(approval.summary),
    approver: text(approval.approver),
  };
}

function parseValidation(value: unknown): Validation | null {
  if (value === null || value === undefined) return null;
  const validation = fields<Schemas['Validation']>(value, 'a validation');
  return {
    passed: validation.verdict === 'Succeeded',
    message: text(validation.message),
    checksPassed: count(validation.passed),
    checksTotal: count(validation.total),
  };
}

function parseRollback(value: unknown): Rollback | null {
  if (value === null || value === undefined) return null;
  const rollback = fields<Schemas['Rollback']>(value, 'a rollback');
  const restored = rollback.restored ? fields<Schemas['Restored']>(rollback.restored, 'a rollback') : null;
  const id = text(restored?.id);
  return {
    automatic: rollback.automatic === true,
    by: text(rollback.by),
    failedRelease: text(rollback.failed_release),
    restored: restored && id ? { id, git_sha: text(restored.git_sha), message: text(restored.message) } : null,
  };
}

export function parseRelease(value: unknown): Release {
  const release = fields<Schemas['Release']>(value, 'a release');
  const id = text(release.id);
  if (!id) throw new ApiError('The API sent a release without an id.');
  const deployment = release.deployment ? fields<Schemas['Deployment']>(release.deployment, 'a deployment') : null;
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
    approval: parseApproval(release.approval),
    deploymentId: text(deployment?.id),
    validation: parseValidation(release.validation),
    rollback: parseRollback(release.rollback),
  };
}

export function parseReleasePage(value: unknown): ReleasePage {
  const page = fields<Schemas['ReleasePage']>(value, 'a list of releases');
  return {
    items: list(page.items, 'a list of releases').map(parseRelease),
    next_cursor: text(page.next_cursor),
  };
}

const ALWAYS_SHOWN = ['test', 'prod'];

/** Test and prod come first and are there even when nothing was ever released to them. */
export function parseEnvironments(value: unknown): Environment[] {
  const what = 'a list of environments';
  const release = (entry: unknown) => (entry ? parseRelease(entry) : null);
  const found = list(fields<Schemas['EnvironmentList']>(value, what).items, what).map((entry): Environment => {
    const state = fields<Schemas['EnvironmentState']>(entry, what);
    return {
      environment: text(state.environment) ?? 'unknown',
      live: release(state.live),
      in_progress: release(state.in_progress),
      waiting: release(state.waiting),
      failed: release(state.failed),
    };
  });
  const nothing = { live: null, in_progress: null, waiting: null, failed: null };
  const first = ALWAYS_SHOWN.map(
    (name): Environment => found.find((e) => e.environment === name) ?? { environment: name, ...nothing },
  );
  return [...first, ...found.filter((e) => !ALWAYS_SHOWN.includes(e.environment))];
}
