/** Status details of Run Command (SSM): a language of its own, whose words mean something else elsewhere. */
import { pattern, type Family } from './pattern.js';

export const runCommand: Family = {
  name: 'run-command',
  patterns: [
    pattern('CommandDelivered', 'progress', /^Success$/i),
    pattern('CommandPending', 'progress', /^(Pending|In ?Progress)$/i),
    pattern('CommandDelayed', 'waiting', /^Delayed$/i, 'The instance could not be reached yet; Systems Manager tries again.'),
    pattern(
      'CommandNotDelivered',
      'failure',
      /^Delivery ?Timed ?Out$/i,
      'The instance did not take the command. Check that it runs, that its agent is online, and its role and network.',
    ),
    pattern(
      'CommandTimedOut',
      'failure',
      /^Execution ?Timed ?Out$/i,
      'The command ran longer than it may, and may still be running there. Look at the instance before you run it again, or give it longer.',
    ),
    pattern(
      'CommandCancelled',
      'failure',
      /^Cancell?ed$/i,
      'Somebody cancelled the command; CloudTrail says who. Run it again when they agree.',
    ),
    pattern(
      'InstanceUndeliverable',
      'failure',
      /^Undeliverable$/i,
      'The instance is not there or does not answer: check that it is registered with Systems Manager in this account and region.',
    ),
    pattern(
      'CommandTerminated',
      'failure',
      /^Terminated$/i,
      'Too many others failed, so this one was not run: look at the first failures.',
    ),
    pattern('CommandIncomplete', 'failure', /^Incomplete$/i, 'Some instances did it and some did not: look at each of them.'),
    pattern(
      'CommandRateExceeded',
      'failure',
      /^Rate ?Exceeded$/i,
      'More instances at once than Systems Manager takes, and nothing ran: deploy in smaller batches.',
    ),
    pattern(
      'CommandWrongPlatform',
      'failure',
      /^InvalidPlatform$/i,
      'The document is for another operating system: AWS-RunShellScript is for Linux, AWS-RunPowerShellScript for Windows.',
    ),
    pattern(
      'CommandDenied',
      'failure',
      /^AccessDenied$/i,
      'Who deploys may not send commands there: ask the platform team for ssm:SendCommand on these instances and the document.',
    ),
    pattern(
      'NoInstancesFound',
      'failure',
      /^NoInstancesInTag$/i,
      'No instance carries these tags, and so nothing was deployed: check the tags of the fleet.',
    ),
    pattern(
      'InstanceNotManaged',
      'failure',
      /^InvalidInstanceId$/i,
      'The instance is stopped, in another account, or not known to Systems Manager: check its agent and role.',
    ),
    pattern(
      'InvocationUnseen',
      'waiting',
      /^InvocationDoesNotExist$/i,
      'Systems Manager does not show the command yet: ask again in a moment.',
    ),
    pattern(
      'CommandOutputCut',
      'progress',
      /Output truncated/i,
      'The output was too long and is cut: have it written to S3 or CloudWatch Logs.',
    ),
    pattern(
      'CommandFailed',
      'failure',
      /^Failed$|failed to run commands: exit status/i,
      'A step of the command ended with an error: read the lines above this one in its output.',
    ),
  ],
};
