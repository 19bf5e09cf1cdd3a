import { Args, Flags } from '@oclif/core';
import { CALL_FAULT_KINDS } from '../../../lib/model/faults.js';
import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultCall extends BafCommand {
  static override description =
    'Make calls of the embedded AWS fail: throttled, failing, cut off, hanging, or applied with the answer lost.';
  static override examples = [
    'baf sandbox fault call ecs:UpdateService --kind throttle --times 3',
    'baf sandbox fault call ssm:PutParameter --kind lost --times 1',
    "baf sandbox fault call '*' --kind error --rate 0.05 --seed 7",
  ];
  static override args = {
    operation: Args.string({ ignoreStdin: true, description: 'SERVICE:OPERATION, SERVICE:* or *', required: true }),
  };
  static override flags = {
    kind: Flags.option({ options: CALL_FAULT_KINDS, required: true as const })({ description: 'how they fail' }),
    times: Flags.integer({ description: 'how many calls fail (default: 1, or all that the rate picks)', min: 1, helpValue: 'N' }),
    rate: Flags.string({ description: 'chance that a call fails, above 0 and at most 1', helpValue: 'P' }),
    seed: Flags.integer({ description: 'of the dice for --rate: the same seed picks the same calls', helpValue: 'N' }),
    target: Flags.string({ description: 'only there', helpValue: 'ACCOUNT/REGION' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SandboxFaultCall);
    const { faultCall } = await import('../../../lib/command/faults.js');
    const done = await faultCall(args.operation, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
