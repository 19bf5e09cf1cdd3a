import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class StackRender extends BafCommand {
  static override description = 'Render the task definition, the service and the stack of a service, without touching AWS.';
  static override examples = ['baf stack render ui --env prod', 'baf stack render ui --env prod --only stack > stack.json'];
  static override args = { service: Args.string({ ignoreStdin: true, description: 'service', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    tag: Flags.string({ description: 'tag', helpValue: 'TAG' }),
    target: Flags.string({ description: 'target (default: the first of the environment)' }),
    only: Flags.option({ options: ['stack', 'service', 'task-definition'] as const })({ description: 'just this part' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(StackRender);
    const { renderStack } = await import('../../lib/command/templates.js');
    const rendered = await renderStack(args.service, flags);
    if (!this.jsonEnabled()) process.stdout.write(JSON.stringify(rendered, null, 2) + '\n');
    return rendered;
  }
}
