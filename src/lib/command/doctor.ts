/** `baf doctor`: observes at the edge, all at once, and lets the judgements of src/lib/doctor say what is to be done. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApp, packageRoot, wantsSandbox, type App, type AppFlags } from '../app.js';
import { problem, skipped, type Finding } from '../doctor/finding.js';
import { judgeFile } from '../doctor/files.js';
import { judgeAwsFiles, judgeClock, judgeKeys, judgeLogin } from '../doctor/identity.js';
import { judgeEndpoints, judgeEngine, judgeGit, judgeNode, judgeProxy } from '../doctor/machine.js';
import { exitCodeOf, inOrder, summarize } from '../doctor/summary.js';
import { judgeOffer, judgeRole } from '../doctor/targets.js';
import { UserError } from '../errors/user-error.js';
import type { Platform } from '../model/platform.js';
import { renderDoctor } from '../output/doctor-view.js';
import { shouldColor } from '../output/style.js';
import { currentBranch } from '../system/git.js';
import { versionOf } from '../system/programs.js';
import { observeFiles, type ObservedFiles } from './doctor/observe-files.js';
import { observeAwsFiles, observeKeys, observeLogin } from './doctor/observe-identity.js';
import { observeClock, observeTargets } from './doctor/observe-targets.js';

type Flags = AppFlags & { readonly 'no-color': boolean };

export async function examine(flags: Flags): Promise<{ json: object; text: string; exitCode: number }> {
  const sandbox = wantsSandbox(flags);
  const files = await observeFiles(flags);
  const { platform, project } = files;
  const here = Promise.all([machine(flags, platform, sandbox), identity(platform, sandbox)]);
  const app = platform && project ? await openApp(flags, { platform, project }).catch(asUserError) : null;
  try {
    const found = [
      judgeFile('project', files.projectFacts),
      judgeFile('platform', files.platformFacts),
      ...(await Promise.all([here, aws(app, sandbox, files)])).flat(2),
    ];
    const findings = inOrder(found);
    const look = { color: shouldColor(process.stdout, process.env, !flags['no-color']), columns: process.stdout.columns ?? 100 };
    return {
      json: { checks: findings, summary: summarize(findings) },
      text: renderDoctor(findings, look),
      exitCode: exitCodeOf(findings),
    };
  } finally {
    if (app && !(app instanceof UserError)) await app.close();
  }
}

async function machine(flags: Flags, platform: Platform | null, sandbox: boolean): Promise<Finding[]> {
  const programs = ['terraform', 'tofu'];
  const needed = Object.values(platform?.environments ?? {}).some((environment) => environment.stagings !== null);
  const [range, git, branch, ...versions] = await Promise.all([
    nodeRange(),
    needed ? versionOf('git', '--version') : null,
    needed ? currentBranch(flags.dir) : null,
    ...(platform?.engine === 'terraform' ? programs.map((program) => versionOf(program, 'version')) : []),
  ]);
  return [
    judgeNode(process.version, range),
    judgeGit({ needed, version: git?.replace(/^git version /, '') ?? null, branch }),
    judgeEngine(platform?.engine ?? null, programs, versions.find((version) => version !== null) ?? null),
    judgeEndpoints(process.env, sandbox),
    judgeProxy(process.env, sandbox),
  ];
}

async function nodeRange(): Promise<string> {
  const { engines } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as { engines?: { node?: string } };
  return engines?.node ?? '';
}

async function identity(platform: Platform | null, sandbox: boolean): Promise<Finding[]> {
  const unused = 'the sandbox does not read them';
  if (sandbox)
    return [
      ...judgeAwsFiles({ unused }),
      judgeKeys(observeKeys(process.env, platform), Date.now(), true),
      judgeLogin({ skip: 'the sandbox needs none' }),
    ];
  const { facts, profiles } = await observeAwsFiles(process.env);
  return [
    ...judgeAwsFiles(facts),
    judgeKeys(observeKeys(process.env, platform), Date.now(), false),
    judgeLogin(await observeLogin(process.env, platform, profiles)),
  ];
}

/** What AWS is asked. Where nothing could be opened the clock still is: it needs no platform. */
async function aws(app: App | UserError | null, sandbox: boolean, { project, platform }: ObservedFiles): Promise<Finding[]> {
  const region = Object.values(platform?.environments ?? {})[0]?.waves[0]?.targets[0]?.region ?? process.env['AWS_REGION'];
  if (app instanceof UserError) {
    const unopened = 'the sandbox could not be opened';
    const why = problem('endpoint', app.message, app.nextSteps.join(' '));
    return [why, skipped('clock', unopened), skipped('role', unopened), skipped('offer', unopened)];
  }
  const clock = () =>
    observeClock(app?.endpoint?.url ?? null, region ?? 'us-east-1').then((facts) => judgeClock(facts, process.platform));
  if (!app) {
    const why = project ? 'without a platform file there are no targets' : 'outside of a project there are no targets';
    return [sandbox ? skipped('clock', why) : await clock(), skipped('role', why), skipped('offer', why)];
  }
  const [judged, targets] = await Promise.all([clock(), observeTargets(app)]);
  return [
    judged,
    ...targets.flatMap(({ target, role, offer }) => [judgeRole(target, role), judgeOffer(target, role === null, offer)]),
  ];
}

function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
