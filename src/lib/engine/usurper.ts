/** Who took a rollout's place: whoever wrote the deploy tag last, where that was another deploy. */
import type { Cause } from '../model/cause.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { parseAudit } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import type { RolloutContext } from './rollout.js';

export async function nameUsurper(plan: PlannedRollout, context: RolloutContext, cause: Cause): Promise<Cause> {
  if (!context.writesTag) return cause;
  const { ssm } = context.effects.at(plan.target);
  const [tag] = await ssm.describe([tagParameter(context.environment, plan.service.name)]).catch(() => []);
  const audit = tag?.description ? parseAudit(tag.description) : null;
  if (!audit || audit.deploy === context.deployId) return cause;
  const deploy = audit.deploy ? ` with the deploy ${audit.deploy}` : '';
  return { ...cause, message: `${cause.message} The deploy tag was written last by ${audit.by}${deploy}.` };
}
