/** One release with its stages and reports, read as leniently as the lists are. */
import { ApiError } from '../../../lib/api-client';
import type { components } from '../../../lib/api-types';
import { count, fields, list, text, time } from '../../../lib/wire';
import { parseApproval, parseRelease, status, type Approval, type Release, type ReleaseStatus } from './release';

type Schemas = components['schemas'];

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

export interface Check {
  name: string;
  passed: boolean;
  elapsed_ms: number;
  tries: number;
  wrong: string[];
}

export interface Phase {
  phase: string;
  passed: boolean;
  elapsed_ms: number;
  detail: string | null;
}

export interface TaskDefinitionChange {
  path: string;
  before: string | null;
  after: string | null;
  hidden: boolean;
}

export interface TaskDefinition {
  before: string | null;
  after: string;
  changes: TaskDefinitionChange[];
}

/** What validate-deploy found out about one deployment. */
export interface Report {
  environment: string;
  deployment_id: string | null;
  passed: boolean;
  reason: string | null;
  message: string | null;
  started_at: Date | null;
  elapsed_ms: number;
  phases: Phase[];
  checks: Check[];
  task_definition: TaskDefinition | null;
}

/** A pipeline execution: the release in all of its environments, and what led there. */
export interface ReleaseDetail {
  id: string;
  pipeline: string | null;
  /** Of the whole execution; null when nothing was heard of it. */
  status: ReleaseStatus | null;
  approval: Approval | null;
  stages: Stage[];
  releases: Release[];
  reports: Report[];
}

/** Only addresses that are safe behind a link. */
function link(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith('https://') ? value : null;
}

function parseAction(value: unknown): Action {
  const action = fields<Schemas['Action']>(value, 'an action');
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
  const stage = fields<Schemas['Stage']>(value, 'a stage');
  return {
    name: text(stage.name) ?? 'Unnamed stage',
    status: status(stage.status),
    started_at: time(stage.started_at),
    finished_at: time(stage.finished_at),
    actions: list(stage.actions ?? [], 'a stage').map(parseAction),
  };
}

function parseCheck(value: unknown): Check {
  const check = fields<Schemas['ReportCheck']>(value, 'a check');
  return {
    name: text(check.name) ?? 'Unnamed check',
    passed: check.passed === true,
    elapsed_ms: count(check.elapsed_ms),
    tries: count(check.tries),
    wrong: list(check.wrong ?? [], 'a check').flatMap((line) => text(line) ?? []),
  };
}

function parsePhase(value: unknown): Phase {
  const phase = fields<Schemas['ReportPhase']>(value, 'a phase');
  return {
    phase: text(phase.phase) ?? 'unnamed',
    passed: phase.passed === true,
    elapsed_ms: count(phase.elapsed_ms),
    detail: text(phase.detail),
  };
}

function parseTaskDefinition(value: unknown): TaskDefinition | null {
  if (!value) return null;
  const what = 'a task definition';
  const definition = fields<Schemas['TaskDefinition']>(value, what);
  const changes = list(definition.changes ?? [], what).map((entry): TaskDefinitionChange => {
    const change = fields<Schemas['TaskDefinitionChange']>(entry, what);
    return {
      path: text(change.path) ?? 'unnamed',
      before: text(change.before),
      after: text(change.after),
      hidden: change.hidden === true,
    };
  });
  return { before: text(definition.before), after: text(definition.after) ?? 'unknown', changes };
}

function parseReport(value: unknown): Report {
  const what = 'a report';
  const report = fields<Schemas['Report']>(value, what);
  return {
    environment: text(report.environment) ?? 'unknown',
    deployment_id: text(report.deployment_id),
    passed: report.verdict === 'Succeeded',
    reason: text(report.reason),
    message: text(report.message),
    started_at: time(report.started_at),
    elapsed_ms: count(report.elapsed_ms),
    phases: list(report.phases ?? [], what).map(parsePhase),
    checks: list(report.checks ?? [], what).map(parseCheck),
    task_definition: parseTaskDefinition(report.task_definition),
  };
}

export function parseReleaseDetail(value: unknown): ReleaseDetail {
  const detail = fields<Schemas['ReleaseDetail']>(value, 'a release');
  const id = text(detail.id);
  if (!id) throw new ApiError('The API sent a release without an id.');
  return {
    id,
    pipeline: text(detail.pipeline),
    status: text(detail.status) ? status(detail.status) : null,
    approval: parseApproval(detail.approval),
    stages: list(detail.stages ?? [], 'the stages of a release').map(parseStage),
    releases: list(detail.releases ?? [], 'the environments of a release').map(parseRelease),
    reports: list(detail.reports ?? [], 'the reports of a release').map(parseReport),
  };
}
