/** How sessions are labelled, so that CloudTrail tells whose they are: session name, source identity, tags. Pure. */
import { sourceIdentity } from '../model/source-identity.js';

/** A run of a pipeline. */
export interface CiRun {
  /** `gh`, `gl`, `jenkins` or `ci`. */
  readonly system: string;
  /** Number of the run and of its attempt. */
  readonly id: string;
  readonly repository: string | null;
  readonly ref: string | null;
}

export interface SessionTag {
  readonly Key: string;
  readonly Value: string;
}

export interface Labels {
  /** RoleSessionName. */
  readonly name: string;
  /** The actor, as policies see it in `sts:SourceIdentity` and `aws:SourceIdentity`. */
  readonly sourceIdentity: string;
  /** Who it is: never left out where tags are taken. */
  readonly identityTags: readonly SessionTag[];
  /** What is good to know: left out where there is no room. */
  readonly optionalTags: readonly SessionTag[];
}

type Env = Readonly<Record<string, string | undefined>>;

export function ciRunOf(env: Env): CiRun | null {
  if (env['GITHUB_ACTIONS'] === 'true' && env['GITHUB_RUN_ID'])
    return {
      system: 'gh',
      id: `${env['GITHUB_RUN_ID']}${Number(env['GITHUB_RUN_ATTEMPT'] ?? 1) > 1 ? `.${env['GITHUB_RUN_ATTEMPT']}` : ''}`,
      repository: env['GITHUB_REPOSITORY'] ?? null,
      ref: env['GITHUB_REF_NAME'] ?? null,
    };
  if (env['GITLAB_CI'] && env['CI_PIPELINE_ID'])
    return {
      system: 'gl',
      id: `${env['CI_PIPELINE_ID']}${env['CI_JOB_ID'] ? `.${env['CI_JOB_ID']}` : ''}`,
      repository: env['CI_PROJECT_PATH'] ?? null,
      ref: env['CI_COMMIT_REF_NAME'] ?? null,
    };
  if (env['JENKINS_URL'] && env['BUILD_NUMBER'])
    return {
      system: 'jenkins',
      id: env['BUILD_NUMBER'],
      repository: env['JOB_NAME'] ?? null,
      ref: env['BRANCH_NAME'] ?? null,
    };
  return null;
}

/** @param hash eight or more characters that stand for a text */
export function labelsOf(actor: string, run: CiRun | null, project: string, hash: (text: string) => string): Labels {
  const suffix = run ? `-${run.system}-${run.id}` : '';
  const tag = (Key: string, value: string | null): SessionTag[] => {
    const Value = (value ?? '').replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]+/gu, '-').slice(0, 256);
    return Value === '' ? [] : [{ Key, Value }];
  };
  return {
    name: sessionName(actor, hash, suffix),
    sourceIdentity: sourceIdentity(actor),
    identityTags: tag('baf:actor', actor),
    optionalTags: [
      ...tag('baf:project', project),
      ...tag('baf:run', run ? `${run.system}-${run.id}` : null),
      ...tag('baf:repository', run?.repository ?? null),
      ...tag('baf:ref', run?.ref ?? null),
    ],
  };
}

/** A legal RoleSessionName that still tells who it is, and which run. */
export const sessionName = (actor: string, hash: (text: string) => string, suffix = ''): string =>
  legal(`baf-${plain(actor, hash)}${suffix}`, hash);

/** Letters without their accents, everything else that is illegal a hyphen; names of other scripts are told apart by a hash. */
function plain(text: string, hash: (text: string) => string): string {
  const latin = text.normalize('NFKD').replace(/\p{M}+/gu, '');
  const name = latin.replace(/[^\w+=,.@-]+/g, '-').replace(/^-+|-+$/g, '');
  if (name !== '') return name;
  return text === '' ? 'user' : `user-${hash(text).slice(0, 8)}`;
}

const LONGEST = 64;

/** Long names keep their beginning and end, where the run stands, and a hash of the whole between. */
function legal(name: string, hash: (text: string) => string): string {
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, 30)}-${hash(name).slice(0, 8)}-${name.slice(-24)}`;
}
