import { Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class SandboxStart extends BafCommand {
  static override description =
    'Serve the embedded AWS on a port for other clients (aws --endpoint-url, SDKs); stays in the foreground.';
  static override examples = [
    'baf sandbox start --port 4599',
    'aws --endpoint-url http://127.0.0.1:4599 ecs list-services --cluster baf',
  ];
  static override flags = { port: Flags.integer({ description: 'port (default: a free one)', min: 0, max: 65535, default: 0 }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxStart);
    const { serveSandbox } = await import('../../lib/command/sandbox.js');
    await serveSandbox(flags, this.jsonEnabled());
  }
}
