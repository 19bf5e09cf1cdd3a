/** The user's AWS files: where they are, and what they say as one. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { merge, parseFile, type Profiles } from '../identity/profiles/parse.js';
import { files } from './files.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Throws a UserError that names the line where a tool of AWS's would stop too; a file that is not there says nothing. */
export async function readAwsFiles(env: Env): Promise<Profiles> {
  const { config, credentials } = awsFilePaths(env);
  const [configText, credentialsText] = await Promise.all([files.read(config), files.read(credentials)]);
  return parseAwsFiles(env, configText, credentialsText);
}

export function awsFilePaths(env: Env): { config: string; credentials: string } {
  const dir = join(env['HOME'] || homedir(), '.aws');
  return {
    config: env['AWS_CONFIG_FILE'] || join(dir, 'config'),
    credentials: env['AWS_SHARED_CREDENTIALS_FILE'] || join(dir, 'credentials'),
  };
}

export function parseAwsFiles(env: Env, configText: string | null, credentialsText: string | null): Profiles {
  const { config, credentials } = awsFilePaths(env);
  return merge(parseFile(configText ?? '', 'config', config), parseFile(credentialsText ?? '', 'credentials', credentials));
}
