/** The tag that a service goes back to: the one before the present one that served. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Target } from '../model/target.js';
import { tagParameter } from '../tags/names.js';
import { parseTagValue } from '../tags/value.js';
import type { Effects } from './effects.js';

/**
 * In each target: what is live where another tag is desired, `last-good` otherwise, and the tag before by the history
 * where there are no labels. Throws where the targets disagree, or there is none.
 */
export async function rollbackTag(
  request: { readonly environment: string; readonly service: string; readonly targets: readonly Target[] },
  effects: Effects,
): Promise<string> {
  const { environment, service, targets } = request;
  const found = await Promise.all(targets.map((target) => before(tagParameter(environment, service), target, effects)));
  const tags = [...new Set(found.filter((tag) => tag !== null))];
  if (tags.length === 1) return tags[0]!;
  const hint = `Say where to: baf ssm tags rollback ${service} --env ${environment} --to TAG`;
  const history = `baf ssm tags history ${service} --env ${environment} lists what there was.`;
  if (tags.length === 0)
    throw new UserError('NothingBefore', {
      message: `${service} had no other tag in ${environment} before.`,
      nextSteps: [hint, history],
      exitCode: ExitCode.refused,
    });
  const each = targets.flatMap((target, index) => (found[index] === null ? [] : [`${found[index]} in ${target.name}`]));
  throw new UserError('RollbackUnclear', {
    message: `${service} would go back to different tags in ${environment}: ${each.slice(0, 6).join(', ')}${each.length > 6 ? ', ...' : ''}.`,
    nextSteps: [hint, history],
    exitCode: ExitCode.usage,
  });
}

async function before(name: string, target: Target, effects: Effects): Promise<string | null> {
  const { ssm } = effects.at(target);
  const values = await ssm.get([name, `${name}:live`, `${name}:last-good`]);
  const tagAt = (selector: string | null): string | null => {
    const parameter = values.find((p) => p.selector === selector);
    return parameter ? parseTagValue(parameter.value).tag : null;
  };
  const now = tagAt(null);
  if (now === null) return null;
  const live = tagAt(':live');
  if (live !== null && live !== now) return live;
  const good = tagAt(':last-good');
  if (good !== null && good !== now) return good;
  const history = await ssm.history(name);
  const other = history.findLast((v) => parseTagValue(v.value).tag !== now);
  return other ? parseTagValue(other.value).tag : null;
}
