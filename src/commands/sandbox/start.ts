import { Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class SandboxStart extends BafCommand {
  static override description =
    'Serve the embedded AWS on a port for other clients (aws --endpoint-url, SDKs); stays in the foreground.';
  static override examples = [
    'baf sandbox start --port 4599',
    'baf sandbox start --speed 20 --fleet services=110,targets=4',
    'aws --endpoint-url http://127.0.0.1:4599 ecs list-services --cluster baf',
  ];
  static override flags = {
    port: Flags.integer({ description: 'port (default: a free one)', min: 0, max: 65535, default: 0 }),
    latency: Flags.integer({
      description: 'milliseconds that every answer takes at least, as from AWS: the way there and back, and its own work',
      min: 0,
      max: 60_000,
      default: 0,
      helpValue: 'MS',
    }),
    'enforce-iam': Flags.boolean({ description: 'a role may do only what its policies say (baf sandbox iam)' }),
    throttle: Flags.boolean({ description: "AWS's limits on calls a second", default: true, allowNo: true }),
    'strict-images': Flags.boolean({ description: 'only images that were pushed are there', allowNo: true }),
    'stale-reads': Flags.integer({
      description: 'for how long reads of ECS and SSM show what was there before a write, in milliseconds of sandbox time',
      min: 0,
      max: 60_000,
      default: 1000,
      helpValue: 'MS',
    }),
    fleet: Flags.string({
      description: 'services that run there already, to try things on',
      helpValue: 'services=N,targets=N',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxStart);
    const { serveSandbox } = await import('../../lib/command/sandbox.js');
    await serveSandbox(flags, this.jsonEnabled());
  }
}
