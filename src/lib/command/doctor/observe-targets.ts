/** What `baf doctor` asks of AWS: its clock, and in every target the role (once an account) and what the platform offers. */
import type { App } from '../../app.js';
import type { ClockFacts } from '../../doctor/identity.js';
import type { Trouble } from '../../doctor/finding.js';
import { UserError } from '../../errors/user-error.js';
import type { Target } from '../../model/target.js';

export interface ObservedTarget {
  readonly target: string;
  readonly role: Trouble | null;
  /** Null where all is there, or where it was not asked. */
  readonly offer: Trouble | null;
}

/** All at once; the result is in the order of the platform file. */
export function observeTargets(app: App): Promise<ObservedTarget[]> {
  const places = new Map<string, { target: Target; environments: string[] }>();
  for (const environment of Object.values(app.platform.environments))
    for (const target of environment.waves.flatMap((wave) => wave.targets)) {
      const held = places.get(target.name) ?? { target, environments: [] };
      if (!held.environments.includes(environment.name)) held.environments.push(environment.name);
      places.set(target.name, held);
    }
  const roles = new Map<string, Promise<Trouble | null>>();
  const roleOf = (accountId: string): Promise<Trouble | null> => {
    const asked = roles.get(accountId) ?? troubleWith(() => app.aws.credentials(accountId));
    roles.set(accountId, asked);
    return asked;
  };
  return Promise.all(
    [...places.values()].map(async ({ target, environments }) => {
      const role = await roleOf(target.accountId);
      if (role) return { target: target.name, role, offer: null };
      const offers = environments.map((name) => troubleWith(() => app.effects.at(target).offer(name)));
      return { target: target.name, role, offer: (await Promise.all(offers)).find((trouble) => trouble !== null) ?? null };
    }),
  );
}

async function troubleWith(act: () => Promise<unknown>): Promise<Trouble | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    return { message: error instanceof Error ? error.message : String(error), nextSteps: ['Run it again with --verbose.'] };
  }
}

export async function observeClock(endpoint: string | null, region: string): Promise<ClockFacts> {
  const { measureClock, stsEndpoint } = await import('../../aws/server-date.js');
  const where = stsEndpoint(endpoint, region, process.env);
  try {
    return await measureClock(where);
  } catch (error) {
    const why = error instanceof Error ? (error as NodeJS.ErrnoException).code || error.message : String(error);
    return { unknown: `STS cannot be reached at ${where}: ${why}`, fix: 'Check network, VPN and firewall.' };
  }
}
