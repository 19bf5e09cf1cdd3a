/** Where `baf login` and `baf logout` are meant: the platform's session, or the one of the user's AWS files. */
import { join, resolve } from 'node:path';
import { openSandbox, wantsSandbox, type AppFlags } from '../app.js';
import { SANDBOX_CACHE } from '../app-login.js';
import { findPlatformRef, readPlatform } from '../config/platform.js';
import { readProject, type Project } from '../config/project.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { NOTHING_THERE, platformSession, profileSession } from '../identity/sso/session.js';
import type { SsoSession } from '../identity/sso/types.js';
import type { Clock } from '../model/clock.js';
import type { Platform } from '../model/platform.js';
import { readAwsFiles } from '../system/aws-files.js';
import { createClock } from '../system/clock.js';
import { files } from '../system/files.js';

export interface LoginPlace {
  readonly session: SsoSession;
  readonly sandbox: { readonly endpoint: string; readonly cacheDir: string; readonly credentialsDir: string } | null;
  readonly clock: Clock;
  close(): Promise<void>;
}

export async function findLoginPlace(flags: AppFlags): Promise<LoginPlace> {
  const project = await readProject(resolve(flags.dir), files).catch(unless('ProjectMissing'));
  const found = await platformOf(flags, project);
  const platform = typeof found === 'string' ? null : found;
  const session = await sessionOf(found);
  if (!wantsSandbox(flags)) return { session, sandbox: null, clock: createClock(), close: async () => undefined };
  if (!platform)
    throw new UserError('PlatformMissing', {
      message: 'The sandbox is made from a platform file, and there is none.',
      nextSteps: ['Run baf in the folder of a project, or name a platform file: --platform FILE (or BAF_PLATFORM).'],
    });
  const dir = resolve(flags.dir);
  const without: Project = { name: platform.name, dir, file: platform.source, platformRef: null, services: {} };
  const at = project ?? without;
  const sandbox = await openSandbox(at, platform, flags);
  return {
    session,
    sandbox: {
      endpoint: sandbox.endpoint,
      cacheDir: join(at.dir, '.baf', 'sandbox', ...SANDBOX_CACHE),
      credentialsDir: sandbox.credentialsDir,
    },
    clock: createClock(sandbox.speed, () => sandbox.now()),
    close: () => sandbox.close(),
  };
}

/** Null where none is named; its address where it is kept in AWS, and only a login would let it be read. */
async function platformOf(flags: AppFlags, project: Project | null): Promise<Platform | string | null> {
  const named = flags.platform || process.env['BAF_PLATFORM'] || project?.platformRef;
  if (!named) return null;
  const ref = project ? findPlatformRef({ flag: flags.platform, env: process.env, project }) : named;
  const readSsm = async (name: string): Promise<string> => (await import('../aws/parameter.js')).readParameter(name);
  try {
    return await readPlatform(ref, { files, readSsm });
  } catch (error) {
    if (ref.startsWith('ssm:') && error instanceof UserError && error.exitCode === ExitCode.denied) return ref;
    throw error;
  }
}

async function sessionOf(platform: Platform | string | null): Promise<SsoSession> {
  const rules = typeof platform === 'string' ? null : platform?.identity.sso;
  // The platform's own session needs nothing of the AWS files: what is wrong in them is not its concern.
  if (rules) return platformSession(rules, await readAwsFiles(process.env).catch(() => null));
  const profile = process.env['AWS_PROFILE'] || process.env['AWS_DEFAULT_PROFILE'] || undefined;
  try {
    return profileSession(await readAwsFiles(process.env), profile);
  } catch (error) {
    if (!platform || !(error instanceof UserError) || error.code !== NOTHING_THERE) throw error;
    if (typeof platform === 'string')
      throw new UserError(NOTHING_THERE, {
        message: `There is nothing to sign in to: ${platform} can be read only with a login, and your AWS files have no sso-session.`,
        nextSteps: ['aws configure sso writes an sso-session; or name a copy of the platform file: --platform FILE'],
      });
    throw new UserError(NOTHING_THERE, {
      message: `There is nothing to sign in to: ${platform.source} has no identity.sso, and your AWS files no sso-session.`,
      nextSteps: ['Add identity.sso to the platform file (session, startUrl, region), or run aws configure sso.'],
    });
  }
}

const unless =
  (code: string) =>
  (error: unknown): null => {
    if (error instanceof UserError && error.code === code) return null;
    throw error;
  };
