/** Finds and reads the platform file: `--platform`, then BAF_PLATFORM, then the `platform:` key; a path or `ssm:/path`. */
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import type { Environment, IdentityRules, Platform } from '../model/platform.js';
import type { Target, Wave } from '../model/target.js';
import { durationMs } from './checks.js';
import { platformDefinition, platformKeys, type PlatformFile } from './definition-platform.js';
import { ENVIRONMENT } from './definition-project.js';
import { check, problems, readYaml } from './document.js';
import { freezesOf } from './freezes.js';
import { notifyOf } from './notify.js';
import { joinPath, type Files } from './path.js';
import type { Problem } from './problem.js';
import type { Project } from './project.js';

export function findPlatformRef(given: {
  flag: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  project: Pick<Project, 'platformRef' | 'dir' | 'file'>;
}): string {
  const { flag, env, project } = given;
  if (flag) return flag;
  if (env['BAF_PLATFORM']) return env['BAF_PLATFORM'];
  if (project.platformRef)
    return project.platformRef.startsWith('ssm:') ? project.platformRef : joinPath(project.dir, project.platformRef);
  throw new UserError('PlatformMissing', {
    message: `${project.file} names no platform file.`,
    nextSteps: [
      `Add to ${project.file}: platform: ./baf.platform.yaml`,
      'or set BAF_PLATFORM, or give --platform FILE (also ssm:/path)',
    ],
  });
}

export async function readPlatform(
  ref: string,
  edge: { files: Pick<Files, 'read'>; readSsm: (name: string) => Promise<string> },
): Promise<Platform> {
  if (ref.startsWith('ssm:')) {
    const name = ref.slice('ssm:'.length);
    if (!name.startsWith('/'))
      throw new UserError('PlatformMissing', { message: `${ref} is not ssm:/path.`, nextSteps: ['e.g. ssm:/baf/platform-file'] });
    return parsePlatform(await edge.readSsm(name), ref);
  }
  const text = await edge.files.read(ref);
  if (text === null)
    throw new UserError('PlatformMissing', {
      message: `There is no platform file ${ref}.`,
      nextSteps: ['Check platform: in baf.yaml, BAF_PLATFORM and --platform.'],
    });
  return parsePlatform(text, ref);
}

export function parsePlatform(text: string, ref: string): Platform {
  const source = readYaml(text, ref.split(/[\\/]/).at(-1)!);
  const file: PlatformFile = check(source, platformDefinition, platformKeys);
  const found: Problem[] = [];
  const accounts = Object.fromEntries(Object.entries(file.accounts).map(([alias, id]) => [alias, String(id)]));
  for (const [alias, id] of Object.entries(accounts))
    if (!/^\d{12}$/.test(id))
      found.push({
        path: ['accounts', alias],
        message: `${source.written(['accounts', alias]) ?? id} is not an account id: twelve digits, in quotes (YAML drops leading zeros)`,
      });
  const notify = notifyOf(file.notify, ['notify'], found);
  const environments = Object.fromEntries(
    Object.entries(file.environments).map(([name, input]) => [
      name,
      {
        ...environmentOf(name, input, accounts, Object.keys(file.environments), found),
        notify: input.notify ? notifyOf(input.notify, ['environments', name, 'notify'], found) : notify,
      },
    ]),
  );
  const identity = identityOf(file.identity, accounts, found);
  for (const [name, environment] of Object.entries(environments))
    if (environment.access === 'on-demand' && !file.access)
      found.push({
        path: ['environments', name, 'access'],
        message: 'access on demand needs who may approve it: access: { approvers: [...] }',
      });
    // AWS locks the roles of permission sets: what is granted is put on identity.role, which has to be assumed then.
    else if (environment.access === 'on-demand' && identity.sso?.role && identity.sso.accountId === null)
      found.push({
        path: ['environments', name, 'access'],
        message:
          'access on demand cannot be given to the role of a permission set; add identity.sso.account: the account from which people assume identity.role',
      });
  if (found.length > 0) throw problems(source, found);
  return {
    name: file.platform,
    engine: file.engine ?? 'cloudformation',
    source: ref,
    identity,
    access: file.access ? { approvers: file.access.approvers, maxForMs: durationMs(file.access.maxFor ?? '8h') } : null,
    accounts,
    environments,
  };
}

function identityOf(
  input: PlatformFile['identity'],
  accounts: Readonly<Record<string, string>>,
  found: Problem[],
): IdentityRules {
  const { sso, ci, via } = input;
  const hub = sso?.account;
  if (hub !== undefined && !Object.hasOwn(accounts, hub))
    found.push({
      path: ['identity', 'sso', 'account'],
      message: `there is no account ${hub}${didYouMean(hub, Object.keys(accounts))}; accounts: ${Object.keys(accounts).join(', ')}`,
    });
  return {
    role: input.role,
    sso: sso
      ? {
          session: sso.session,
          startUrl: sso.startUrl,
          region: sso.region,
          role: sso.role ?? null,
          accountId: hub === undefined ? null : (accounts[hub] ?? null),
        }
      : null,
    ci: {
      provider: ci?.provider ?? 'auto',
      audience: ci?.audience ?? 'sts.amazonaws.com',
      tokenVariable: ci?.tokenVariable ?? 'AWS_OIDC_TOKEN',
      role: ci?.role ?? input.role,
    },
    via: via ? { role: via.role, externalId: via.externalId ?? null } : null,
    externalId: input.externalId ?? null,
  };
}

function environmentOf(
  name: string,
  input: PlatformFile['environments'][string],
  accounts: Readonly<Record<string, string>>,
  names: readonly string[],
  found: Problem[],
): Omit<Environment, 'notify'> {
  const base = ['environments', name];
  if (!ENVIRONMENT.test(name))
    found.push({
      path: base,
      atKey: true,
      message: `${name} is not a legal name: small letters, digits and -, at most 20 characters`,
    });
  if ((input.targets === undefined) === (input.waves === undefined))
    found.push({ path: base, atKey: true, message: 'an environment has either targets or waves' });
  if (input.promoteFrom !== undefined && !names.includes(input.promoteFrom))
    found.push({
      path: [...base, 'promoteFrom'],
      message: `there is no environment ${input.promoteFrom}${didYouMean(input.promoteFrom, names)}; environments: ${names.join(', ')}`,
    });
  if (input.promoteFrom === name)
    found.push({ path: [...base, 'promoteFrom'], message: `${name} cannot be promoted from itself` });
  const rules = input.stagings && {
    ttlMs: durationMs(input.stagings.ttl ?? '3d'),
    maxTtlMs: durationMs(input.stagings.maxTtl ?? '14d'),
    perOwner: input.stagings.perOwner ?? 3,
    domain: input.stagings.domain,
  };
  if (rules && rules.ttlMs <= 0)
    found.push({ path: [...base, 'stagings', 'ttl'], message: 'a time to live is longer than nothing' });
  if (rules && rules.ttlMs > rules.maxTtlMs)
    found.push({
      path: [...base, 'stagings', input.stagings!.ttl === undefined ? 'maxTtl' : 'ttl'],
      message: `ttl ${input.stagings!.ttl ?? '3d'} is longer than maxTtl ${input.stagings!.maxTtl ?? '14d'}`,
    });
  const waves = input.waves ?? [{ targets: input.targets ?? [] }];
  const seen = new Set<string>();
  return {
    name,
    protected: input.protected ?? false,
    promoteFrom: input.promoteFrom ?? null,
    alarms: input.alarms ?? [],
    access: input.access ?? 'standing',
    waves: waves.map((wave, index): Wave => {
      const at = input.waves ? [...base, 'waves', index, 'targets'] : [...base, 'targets'];
      const targets = wave.targets.flatMap((text, position) => {
        const target = targetOf(text, accounts);
        if (typeof target === 'string') found.push({ path: [...at, position], message: target });
        else if (seen.has(text)) found.push({ path: [...at, position], message: `${text} is a target of ${name} already` });
        else {
          seen.add(text);
          return [target];
        }
        return [];
      });
      return { targets, bakeMs: 'bake' in wave && wave.bake ? durationMs(wave.bake) : 0 };
    }),
    freezes: freezesOf(input.freezes ?? [], [...base, 'freezes'], found),
    stagings: rules ?? null,
  };
}

function didYouMean(typed: string, names: readonly string[]): string {
  const guess = nearest(typed, names);
  return guess ? `; did you mean ${guess}?` : '';
}

/** The target, or what is wrong with the text. */
function targetOf(text: string, accounts: Readonly<Record<string, string>>): Target | string {
  const [account, region, rest] = text.split('/') as [string, string | undefined, string | undefined];
  if (!region || rest !== undefined) return `${text} is not account/region`;
  const accountId = Object.hasOwn(accounts, account) ? accounts[account] : undefined;
  if (accountId === undefined) {
    const aliases = Object.keys(accounts);
    return `there is no account ${account}${didYouMean(account, aliases)}; accounts: ${aliases.join(', ')}`;
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return `${region} is not a region, e.g. eu-west-1`;
  return { name: text, account, accountId, region };
}
