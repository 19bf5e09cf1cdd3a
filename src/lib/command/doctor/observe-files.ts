/** What `baf doctor` reads of the two files: as far as each goes, whatever is wrong with the other. */
import { dirname, join, resolve } from 'node:path';
import { packageRoot, readSsmParameter, type AppFlags } from '../../app.js';
import { isAbsolute, joinPath, parentOf } from '../../config/path.js';
import { findPlatformRef, readPlatform } from '../../config/platform.js';
import { parseProject, type Project } from '../../config/project.js';
import { namesSchema, troubleOf, type FileFacts } from '../../doctor/files.js';
import { UserError } from '../../errors/user-error.js';
import type { Platform } from '../../model/platform.js';
import { files } from '../../system/files.js';

export interface ObservedFiles {
  readonly projectFacts: FileFacts;
  readonly platformFacts: FileFacts;
  /** Where baf.yaml is broken, only its place: what a target is asked for needs no services. */
  readonly project: Project | null;
  readonly platform: Platform | null;
}

const nowhere = (absent: string): FileFacts => ({ file: null, absent, trouble: null, contents: '', schema: null });

export async function observeFiles(flags: AppFlags): Promise<ObservedFiles> {
  const place = await findProjectFile(resolve(flags.dir));
  const read = place ? readProjectFile(place) : null;
  const { project, facts: projectFacts } = read ?? {
    project: null,
    facts: nowhere(`there is no baf.yaml in ${resolve(flags.dir)} or above it`),
  };
  const around = project ?? { platformRef: null, dir: resolve(flags.dir), file: 'baf.yaml' };
  const { platform, facts: platformFacts } = await readPlatformFile(around, flags, project !== null);
  return { projectFacts, platformFacts, project, platform };
}

interface Found {
  readonly dir: string;
  readonly file: string;
  readonly text: string;
}

async function findProjectFile(dir: string): Promise<Found | null> {
  for (let at = dir; ; at = parentOf(at)) {
    for (const file of ['baf.yaml', 'baf.yml']) {
      const text = await files.read(joinPath(at, file));
      if (text !== null) return { dir: at, file, text };
    }
    if (parentOf(at) === at) return null;
  }
}

function readProjectFile({ dir, file, text }: Found): { project: Project; facts: FileFacts } {
  const schema = { named: namesSchema(text), path: join(packageRoot(), 'schemas', 'baf.schema.json') };
  const facts = { file, absent: '', trouble: null, contents: '', schema };
  try {
    const project = parseProject(text, dir, file);
    const count = Object.keys(project.services).length;
    return { project, facts: { ...facts, contents: `${project.name}, ${count} ${count === 1 ? 'service' : 'services'}` } };
  } catch (error) {
    // The file cannot be read as a whole: the line of the platform file may still be one.
    const platformRef = /^platform:\s*["']?([^\s"'#]+)/m.exec(text)?.[1] ?? null;
    return { project: { name: 'unread', dir, file, platformRef, services: {} }, facts: { ...facts, trouble: told(error) } };
  }
}

async function readPlatformFile(
  project: Pick<Project, 'platformRef' | 'dir' | 'file'>,
  flags: AppFlags,
  inProject: boolean,
): Promise<{ platform: Platform | null; facts: FileFacts }> {
  let ref: string;
  try {
    ref = findPlatformRef({ flag: flags.platform, env: process.env, project });
  } catch (error) {
    const facts = nowhere('outside of a project, and neither --platform nor BAF_PLATFORM names one');
    return { platform: null, facts: inProject ? { ...facts, trouble: told(error) } : facts };
  }
  const onDisk = !ref.startsWith('ssm:');
  const text = onDisk ? await files.read(ref).catch(() => null) : null;
  const schema =
    text === null ? null : { named: namesSchema(text), path: join(packageRoot(), 'schemas', 'baf.platform.schema.json') };
  const file = onDisk && isAbsolute(ref) && dirname(ref) === project.dir ? ref.slice(project.dir.length + 1) : ref;
  const facts = { file, absent: '', trouble: null, contents: '', schema };
  try {
    const platform = await readPlatform(ref, { files, readSsm: readSsmParameter });
    const accounts = Object.keys(platform.accounts).length;
    return {
      platform,
      facts: { ...facts, contents: `${platform.name}, ${accounts} ${accounts === 1 ? 'account' : 'accounts'}` },
    };
  } catch (error) {
    return { platform: null, facts: { ...facts, trouble: told(error) } };
  }
}

/** What is no mistake of the user's (a file that cannot be opened) is still only one finding of many. */
const told = (error: unknown): NonNullable<FileFacts['trouble']> =>
  troubleOf(
    error instanceof UserError ? error : { message: error instanceof Error ? error.message : String(error), nextSteps: [] },
  );
