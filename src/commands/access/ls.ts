import { Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class AccessLs extends BafCommand {
  static override description = 'List who has access on demand until when, and who waits for it.';
  static override examples = ['baf access ls', 'baf access ls --all --json'];
  static override flags = {
    env: Flags.string({ description: 'environment (default: the one where access is on demand)', helpValue: 'ENV' }),
    all: Flags.boolean({ description: 'also what has been over for longer than a day' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(AccessLs);
    const { listAccess } = await import('../../lib/command/access.js');
    const done = await listAccess(flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
