/** Refusals of ECS Exec, and of AWS itself. */
import { pattern, type Family } from './pattern.js';

export const exec: Family = {
  name: 'exec',
  patterns: [
    pattern(
      'ExecOff',
      'failure',
      /execute command was not enabled/i,
      'The task began before execute command was switched on. Switch it on in the template and start new tasks with a deploy.',
    ),
    pattern(
      'ExecNotConnected',
      'failure',
      /TargetNotConnected/i,
      'The agent in the task has no connection. The task role needs the ssmmessages actions, the subnets a way there, and the container no AWS keys in its environment; then take a new task.',
    ),
    pattern(
      'SessionPluginMissing',
      'failure',
      /SessionManagerPlugin is not found/i,
      'Install the Session Manager plugin of AWS on this machine.',
    ),
    pattern(
      'AwsUnavailable',
      'waiting',
      /ServerException|Service Unavailable/i,
      'AWS itself failed to answer. Try again in some minutes.',
    ),
  ],
};
