import { BafCommand } from '../../lib/command/base.js';

export default class TemplateLs extends BafCommand {
  static override description = "List the templates: baf's own and the project's.";
  static override examples = ['baf template ls'];

  async run(): Promise<object> {
    const { flags } = await this.parse(TemplateLs);
    const { lsTemplates } = await import('../../lib/command/templates.js');
    const done = await lsTemplates(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
