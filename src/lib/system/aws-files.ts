/** The user's AWS files: where they are, and what they say as one. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { merge, parseFile, type Profiles } from '../identity/profiles/parse.js';
import { files } from './files.js';

/** Throws a UserError that names the line where a tool of AWS's would stop too; a file that is not there says nothing. */
export async function readAwsFiles(env: Readonly<Record<string, string | undefined>>): Promise<Profiles> {
  const dir = join(env['HOME'] || homedir(), '.aws');
  const config = env['AWS_CONFIG_FILE'] || join(dir, 'config');
  const credentials = env['AWS_SHARED_CREDENTIALS_FILE'] || join(dir, 'credentials');
  const [configText, credentialsText] = await Promise.all([files.read(config), files.read(credentials)]);
  return merge(parseFile(configText ?? '', 'config', config), parseFile(credentialsText ?? '', 'credentials', credentials));
}
