/** All versions of a deploy tag in one target, with who wrote each by its audit record, and its labels. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { TagVersion } from '../model/tag-version.js';
import type { Target } from '../model/target.js';
import { parseAudit } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { parseTagValue } from '../tags/value.js';
import type { Effects } from './effects.js';

/** The oldest first. */
export async function tagHistory(
  { environment, service, target }: { readonly environment: string; readonly service: string; readonly target: Target },
  effects: Effects,
): Promise<TagVersion[]> {
  const history = await effects.at(target).ssm.history(tagParameter(environment, service));
  return history.map((v): TagVersion => {
    const audit = parseAudit(v.description);
    const own = audit !== null && audit.version === v.version;
    return {
      service,
      environment,
      target: target.name,
      version: v.version,
      value: v.value,
      ...parseTagValue(v.value),
      at: new Date(v.updatedAt).toISOString(),
      by: own ? audit.by : (v.updatedBy ?? null),
      op: own ? audit.op : null,
      foreign: !own,
      deploy: own ? (audit.deploy ?? null) : null,
      from: own ? (audit.from ?? null) : null,
      reason: own ? (audit.reason ?? null) : null,
      labels: v.labels,
    };
  });
}

export const isDenied = (error: unknown): boolean => error instanceof UserError && error.exitCode === ExitCode.denied;
