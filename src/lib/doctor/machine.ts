/** The machine: Node, programs, and what the environment turns elsewhere. */
import { ok, problem, skipped, warning, type Finding } from './finding.js';

/** @param range of package.json's engines: `>=20.19` */
export function judgeNode(version: string, range: string): Finding {
  const least = /^>=\s*(\d+(?:\.\d+)*)$/.exec(range.trim())?.[1];
  if (least === undefined) return skipped('node', `${version}; which versions do (${range}) is not known here`);
  if (compare(version.replace(/^v/, ''), least) >= 0) return ok('node', `${version}, ${least} or newer is needed`);
  return problem(
    'node',
    `${version} is too old: ${least} or newer is needed`,
    `Install Node ${least} or newer (nvm install 22).`,
  );
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0)) as [
    number[],
    number[],
  ];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export interface GitFacts {
  /** Whether names of stagings are taken from the branch: an environment has stagings. */
  readonly needed: boolean;
  /** `2.43.0`, or null where there is none. */
  readonly version: string | null;
  readonly branch: string | null;
}

export function judgeGit({ needed, version, branch }: GitFacts): Finding {
  if (!needed) return skipped('git', 'no staging takes its name from a branch here');
  if (version === null)
    return warning('git', 'there is no git, which names a staging by its branch', 'Install git, or name it: baf staging up NAME');
  return ok('git', branch === null ? `${version}; no branch here: baf staging up NAME` : `${version}, branch ${branch}`);
}

/** @param version of the first of `programs` that runs; null where none does */
export function judgeEngine(
  engine: 'cloudformation' | 'terraform' | null,
  programs: readonly string[],
  version: string | null,
): Finding {
  if (engine === null) return skipped('engine', 'no platform file says which');
  if (engine === 'cloudformation') return ok('engine', 'cloudformation, which needs no program');
  if (version !== null) return ok('engine', `terraform: ${version}`);
  return problem(
    'engine',
    `the platform's engine is terraform, and none of ${programs.join(', ')} can be run`,
    `Install ${programs[0]} and put it into your PATH.`,
  );
}

type Env = Readonly<Record<string, string | undefined>>;

export function judgeEndpoints(env: Env, sandbox: boolean): Finding {
  const set = Object.keys(env).filter((name) => /^AWS_ENDPOINT_URL(_[A-Z0-9_]+)?$/.test(name) && env[name]);
  if (sandbox) return ok('endpoint', 'the sandbox');
  if (set.length === 0) return ok('endpoint', "AWS's own");
  const where = set.map((name) => `${name} (${env[name]})`).join(', ');
  return warning('endpoint', `calls go elsewhere than to AWS: ${where}`, `unset ${set.join(' ')}`);
}

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

/** The SDK for JavaScript asks nobody for a proxy. */
export function judgeProxy(env: Env, sandbox: boolean): Finding {
  const name = PROXIES.find((one) => env[one]);
  if (sandbox || name === undefined) return ok('proxy', sandbox ? 'none is needed' : 'none');
  const except = `${env['NO_PROXY'] ?? env['no_proxy'] ?? ''}`.split(',').map((host) => host.trim().replace(/^\*?\./, ''));
  if (except.includes('*') || except.includes('amazonaws.com')) return ok('proxy', `${name}, not for AWS`);
  return warning(
    'proxy',
    `${name} is set, and baf connects to AWS directly`,
    'If AWS cannot be reached directly, use a network that reaches it; otherwise add amazonaws.com to NO_PROXY.',
  );
}
