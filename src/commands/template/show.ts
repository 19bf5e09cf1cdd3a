import { Args } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class TemplateShow extends BafCommand {
  static override description = 'Show a template: what it makes, and the values it takes.';
  static override examples = ['baf template show web-service'];
  static override args = { name: Args.string({ ignoreStdin: true, description: 'template', required: true }) };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(TemplateShow);
    const { showTemplate } = await import('../../lib/command/templates.js');
    const done = await showTemplate(args.name, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
