/** Keeps people without a grant out of environments where access is on demand, before anything is touched. */
import { stateOf } from '../access/record.js';
import { approversFor, askCommand } from '../access/rules.js';
import type { App, AppFlags } from '../app.js';
import { findGrant } from '../engine/access.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Environment } from '../model/platform.js';
import { duration } from '../output/style.js';
import { placeOf, rulesOf, whoAsks } from './access-who.js';

/**
 * Throws (exit 4) unless this person may change the environment now. AWS is who really keeps them out; this says so in time.
 * `lastsMs` is how long it may take: a grant that ends before is warned about.
 */
export async function needAccess(app: App, environment: Environment, flags: AppFlags, lastsMs = 0): Promise<void> {
  if (environment.access === 'standing') return;
  const { base } = await app.aws.outlook();
  // A pipeline proves itself by a token of its own: it is no person.
  if (base.kind === 'web-identity') return;
  const { name } = await whoAsks(app);
  const { held, open } = await findGrant(placeOf(environment), name, app.effects);
  const now = app.effects.clock.now();
  if (held) {
    const left = held.grant.until - now;
    if (held.request.appliedAt === null)
      flags.notify?.(`${held.request.id} is approved, but not in force in every account of ${environment.name} yet.`);
    if (left < lastsMs)
      flags.notify?.(`Your access to ${environment.name} ends in ${duration(left)} (${held.request.id}); this may take longer.`);
    return;
  }
  const waiting = open && stateOf(open, now) === 'requested' ? open : null;
  const approvers = approversFor(rulesOf(app.platform), name).join(', ');
  throw new UserError('AccessNeeded', {
    message: `${name} has no access to ${environment.name}: it is given on demand.`,
    nextSteps: waiting
      ? [`${waiting.id} waits for one of ${approvers} to type: baf access approve ${waiting.id} --env ${environment.name}`]
      : [askCommand(environment.name)],
    exitCode: ExitCode.refused,
    details: { environment: environment.name, person: name, request: waiting?.id ?? null },
  });
}
