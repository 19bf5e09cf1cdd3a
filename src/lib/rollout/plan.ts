/** A deploy as a value: `--plan` prints exactly this, and a deploy carries out exactly this. */
import type { VersionRef } from '../model/outcome.js';
import type { ServiceSpec } from '../model/service.js';
import type { Target } from '../model/target.js';
import type { TemplateFiles, TemplateValues } from '../templates/render.js';

export interface PlannedRollout {
  readonly service: ServiceSpec;
  readonly target: Target;
  readonly wave: number;
  readonly action: 'create' | 'update' | 'unchanged';
  readonly from: VersionRef | null;
  readonly to: VersionRef;
  /** Image digest of the new tag. */
  readonly digest: string | null;
  /** What differs, in words: `tag`, `task definition`, `service`, `stack`. */
  readonly changes: readonly string[];
  /** Version of the deploy tag's parameter when planned; 0 where there was none. */
  readonly tagVersion: number;
  readonly previousTagValue: string | null;
  /** What the template renders from: rendered again once the stack's outputs are known. */
  readonly values: TemplateValues;
  readonly files: TemplateFiles;
  readonly cluster: string;
  readonly serviceName: string;
  readonly stack: {
    readonly name: string;
    readonly template: Readonly<Record<string, unknown>>;
    readonly tags: Readonly<Record<string, string>>;
  } | null;
  /** Task definition that runs steadily now: what a rollback returns to. */
  readonly previousArn: string | null;
  /** Whether ECS is already rolling out exactly this (a deploy that was interrupted): it is watched, not started again. */
  readonly underWay: string | null;
}

export interface DeployPlan {
  readonly id: string;
  readonly environment: string;
  readonly waves: readonly { readonly rollouts: readonly PlannedRollout[]; readonly bakeMs: number }[];
}

/** Order in which services may start: each after those it needs. Levels run one after the other. */
export function levels(services: readonly ServiceSpec[]): ServiceSpec[][] {
  const here = new Set(services.map((s) => s.name));
  const done = new Set<string>();
  const result: ServiceSpec[][] = [];
  let rest = [...services];
  while (rest.length > 0) {
    const ready = rest.filter((s) => s.needs.every((need) => done.has(need) || !here.has(need)));
    if (ready.length === 0) return [...result, rest]; // a cycle: config refuses it before
    ready.forEach((s) => done.add(s.name));
    result.push(ready);
    rest = rest.filter((s) => !done.has(s.name));
  }
  return result;
}
